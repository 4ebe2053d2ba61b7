//! Turns the linked module into the package's module and its glue. A member of this workspace instead of installed
//! tools: `cargo install wasm-bindgen-cli` takes five times as long and would have to be kept in step with `Cargo.lock`
//! by hand, which the lock file does here. `scripts/lib/xtask.mjs` builds this program once a version and keeps it.

mod placement;
mod snip;
mod split;

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "\
Usage: xtask <COMMAND> [ARGUMENTS]

Commands:
  bind IN FOLDER  Writes the glue that wasm-bindgen makes for a module, and the module as the glue wants it
  snip IN OUT OWNERS
                  Takes the panics out of a module linked with --emit-relocs, and all that only they need; and writes down
                  what belongs to which part, for split
  split IN OWNERS FOLDER [EXPORT=PART ...]
                  Cuts a module into a core and its parts, each a module of its own in FOLDER. EXPORT: the function of a part
  test-runner     What the `wasm-bindgen-test-runner` command does; only if built with the feature of that name
  --help          This text";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args.as_slice() {
        ["bind", input, folder] => bind(Path::new(input), Path::new(folder)),
        ["snip", input, output, owners] => snip::snip(Path::new(input), Path::new(output), Path::new(owners)),
        ["split", input, owners, folder, exports @ ..] => {
            split::split(Path::new(input), Path::new(owners), Path::new(folder), exports)
        }
        ["test-runner", args @ ..] => test_runner(args),
        ["--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        [] => return refuse("no command"),
        ["bind" | "snip" | "split", ..] => return refuse("bind takes two paths, snip and split take three"),
        [other, ..] => return refuse(&format!("unknown command '{other}'")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Reports a wrong command line.
fn refuse(message: &str) -> ExitCode {
    eprintln!("error: {message}\n\n{USAGE}");
    ExitCode::from(2)
}

/// Does what `wasm-bindgen --target web` does, with the settings of this package.
fn bind(input: &Path, folder: &Path) -> anyhow::Result<()> {
    wasm_bindgen_cli_support::Bindgen::new()
        .web(true)?
        .out_name("rivulet")
        // Otherwise the glue contains a `new URL('…wasm', import.meta.url)`, which bundlers resolve and Workers refuse.
        .omit_default_module_path(true)
        .typescript(false)
        .remove_producers_section(true)
        // `__wbg_reset_state()` is exported, which replaces an instance that has trapped by a fresh one.
        .reset_state_function(true)
        .input_path(input)
        .generate(folder)
}

#[cfg(feature = "test-runner")]
fn test_runner(args: &[&str]) -> anyhow::Result<()> {
    // clap prints the first argument as the program's name.
    let args = ["wasm-bindgen-test-runner"].iter().chain(args).map(|&arg| arg.to_owned());
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(args.collect::<Vec<String>>())
}

#[cfg(not(feature = "test-runner"))]
fn test_runner(_args: &[&str]) -> anyhow::Result<()> {
    anyhow::bail!(
        "this xtask was built without its feature `test-runner`; `node scripts/xtask.mjs test-runner` builds it with that"
    )
}
