// The public types say what everything is: each exported declaration, member, event and parameter has a doc comment. Parsed by
// the compiler itself, so a form of declaration that this walk does not know is an error and not a gap.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { ModifierFlags, SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

import { ROOT } from '../../scripts/lib/paths.mjs';

/** @type {API} */
let api;

before(() => { api = new API({ cwd: ROOT }); });
after(() => api?.close());

function parsed(path) {
  const project = api.updateSnapshot({ openFiles: [path] }).getDefaultProjectForFile(path);
  return project.program.getSourceFile(path);
}

/** What has no text, as `line: Interface.member`. */
function undocumented(path) {
  const file = parsed(path);
  const missing = [];
  const types = new Map(file.statements.filter(({ name }) => name).map((node) => [node.name.text, node]));

  const report = (node, path) => {
    const line = file.text.slice(0, startOf(node)).split('\n').length;
    missing.push(`${line}: ${path}`);
  };
  const startOf = (node) => node.getStart(file);
  /** The doc comments between what stands before the node and the node; of a union's first member, before its `|`. */
  const docs = (node, from = node.pos) => file.text.slice(from, startOf(node)).match(/\/\*\*[^]*?\*\//g)?.at(-1) ?? '';
  const hasText = (doc) => /[a-z]{2}/i.test(doc.replaceAll(/@\w+/g, ''));

  /** The comment, or that of the member of this name in what the class extends or implements, which editors show as well. */
  const inherited = (name, parent) => {
    for (const clause of parent?.heritageClauses ?? []) {
      for (const { expression } of clause.types) {
        const base = types.get(expression.text);
        const member = base?.members?.find((other) => nameOf(other) === name);
        const doc = (member && docs(member)) || (base && inherited(name, base));
        if (doc) return doc;
      }
    }
    return '';
  };
  /** Whether the type says all that there is to say: `object: 'list'`, `stream?: false | null`. */
  const isConstant = (of) => of?.kind === SyntaxKind.LiteralType
    || (of?.kind === SyntaxKind.UnionType && of.types.every((part) => /^(true|false|null|undefined)$/.test(part.getText(file))));
  const nameOf = (node) => (node.kind === SyntaxKind.Constructor ? 'constructor' : node.name?.getText(file) ?? '[key]');

  function declaration(node, path, parent, from) {
    const doc = docs(node, from) || inherited(nameOf(node), parent);
    if (!isConstant(node.type) && !hasText(doc)) report(node, path);
    const signature = node.parameters ? node : node.type?.kind === SyntaxKind.FunctionType ? node.type : undefined;
    // Functions that the caller hands over are called as `fetch` is, or say of themselves what they get.
    const isOption = signature !== node && path.includes('.');
    for (const parameter of signature?.parameters ?? []) {
      const name = parameter.name.getText(file);
      if (!isOption && name !== 'this' && node.kind !== SyntaxKind.IndexSignature && !new RegExp(`@param ${name} +\\S`).test(doc)) {
        report(parameter, `${path}(${name})`);
      }
      type(parameter.type, `${path}(${name})`);
    }
    if (node.type && !signature) type(node.type, path, doc);
    for (const declared of node.declarationList?.declarations ?? []) type(declared.type, path, doc);
    for (const member of node.members ?? []) declaration(member, `${path}.${nameOf(member)}`, node);
    // What a namespace only names again has its text where it is declared.
    for (const inner of node.body?.statements ?? []) {
      const isAlias = !inner.name || inner.kind === SyntaxKind.ImportEqualsDeclaration || /^\w+(\.\w+)+$/.test(inner.type?.getText(file) ?? '');
      if (!isAlias) declaration(inner, `${path}.${inner.name.text}`);
    }
  }

  /** Members of the type literals in a type. The names in a union of strings stand in the text above them. */
  function type(node, path, doc = '') {
    if (!node) return;
    if (node.kind === SyntaxKind.TypeLiteral) {
      for (const member of node.members) declaration(member, `${path}.${nameOf(member)}`);
    } else if (node.kind === SyntaxKind.UnionType) {
      const literals = node.types.filter((part) => part.kind === SyntaxKind.TypeLiteral);
      let from = node.pos;
      for (const [index, part] of node.types.entries()) {
        // One of several is an event or a form: its own text says which.
        const tag = part.members?.find((member) => nameOf(member) === 'type')?.type?.getText(file) ?? index + 1;
        if (literals.length > 0 && part.kind === SyntaxKind.TypeLiteral && part.members.some(({ type: of }) => of?.kind === SyntaxKind.LiteralType)
          && !hasText(docs(part, from))) report(part, `${path} | ${tag}`);
        const literal = part.kind === SyntaxKind.LiteralType ? part.getText(file).replaceAll('\'', '') : undefined;
        const isNamed = literal === undefined || literal === 'null' || !doc || path.includes('.') || doc.includes(`\`${literal}\``);
        if (!isNamed) report(part, `${path} | '${literal}'`);
        type(part, path);
        from = part.end;
      }
    } else node.forEachChild((child) => type(child, path));
  }

  for (const node of file.statements) {
    const exported = node.modifierFlags & ModifierFlags.Export;
    const name = node.declarationList?.declarations[0].name.text ?? node.name?.text;
    // `import`, `export { ... } from` and `export {}` declare nothing; what is not exported can be the base of what is.
    if (name) declaration(node, name);
    else assert.ok(!exported || node.kind === SyntaxKind.ExportDeclaration, `a form of export that is not checked: ${SyntaxKind[node.kind]}`);
  }
  return missing;
}

const SOURCES = join(ROOT, 'src', 'js');

for (const name of (await readdir(SOURCES)).filter((file) => file.endsWith('.d.ts'))) {
  test(`everything in ${name} has a doc comment`, () => {
    assert.deepEqual(undocumented(join(SOURCES, name)), []);
  });
}

test('both entries name the same types of openai', async () => {
  const [base, whole] = await Promise.all(['index', 'openai-client'].map(async (name) => {
    const [, body] = /export declare namespace Client \{([^]*?)\n\}/.exec(await readFile(join(SOURCES, `${name}.d.ts`), 'utf8'));
    return body;
  }));
  assert.ok(base.split('\n').length > 50);
  assert.equal(whole, base);
});

test('finds each form of declaration that has no text', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-types-'));
  try {
    const path = join(folder, 'bare.d.ts');
    await writeFile(path, BARE);
    assert.deepEqual(undocumented(path), EXPECTED);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

const BARE = `
export interface Settings {
  url: string;
  /** Nested. */
  nested?: { deep: number; kind: 'constant' }[];
  /** Called. */
  on: (event: string) => void;
}
/** Says \`a\` alone. */
export type Letter = 'a' | 'b';
/** Events. */
export type Event =
  /** The first. */
  | { type: 'first'; /** Text. */ text: string }
  | { type: 'second'; text: string };
/** A class. */
export class Thing {
  /** Makes one. */
  constructor(settings: Settings);
  method(): void;
}
/** Has what Thing has. */
export class Other extends Thing {
  method(): void;
  own(): void;
}
/** @param given what to do */
export function work(given: string): void;
export const value: number;
/** A namespace. */
export declare namespace Space {
  type Alias = Other.Space;
  namespace Inner {
    interface Bare {
      member: string;
    }
  }
}
`;

const EXPECTED = [
  '2: Settings',
  '3: Settings.url',
  '5: Settings.nested.deep',
  "10: Letter | 'b'",
  "15: Event | 'second'",
  '15: Event.text',
  '19: Thing.constructor(settings)',
  '20: Thing.method',
  '24: Other.method',
  '25: Other.own',
  '29: value',
  '33: Space.Inner',
  '34: Space.Inner.Bare',
  '35: Space.Inner.Bare.member',
];
