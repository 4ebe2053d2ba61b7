// A Worker with the packed package in it, as a user has it.

import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { installed } from '../../scripts/lib/pack.mjs';
import { bundleWorker } from '../../scripts/lib/workerd.mjs';

/** @param {URL} source of the Worker */
export async function bundleInstalled(source) {
  const project = await installed();
  try {
    const file = join(project.folder, basename(fileURLToPath(source)));
    await copyFile(source, file);
    return { ...(await bundleWorker(file, join(project.folder, 'out'))), remove: project.remove };
  } catch (error) {
    await project.remove();
    throw error;
  }
}
