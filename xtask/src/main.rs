//! wasm-bindgen's command line and test runner, as a library of this workspace.
//!
//! `cargo install wasm-bindgen-cli` takes three times as long and must be kept in step with `Cargo.lock` by hand; here
//! the lock file does it. Started through `scripts/xtask.mjs`, which builds it once per version and keeps the result.

mod snip;

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "\
Usage: xtask <COMMAND> [ARGUMENTS]

Commands:
  wasm-bindgen  What the `wasm-bindgen` command does
  test-runner   What the `wasm-bindgen-test-runner` command does
  snip IN OUT   Takes the panics out of a module linked with --emit-relocs, and all that only they need

`xtask <COMMAND> --help` tells the arguments.";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    // clap prints the first argument as the program's name.
    let with_name = |name: &str| std::iter::once(name.to_owned()).chain(args).collect::<Vec<_>>();
    let result = match command.as_str() {
        "wasm-bindgen" => wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(with_name("wasm-bindgen")),
        "test-runner" => {
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(with_name("wasm-bindgen-test-runner"))
        }
        "snip" => match with_name("snip").as_slice() {
            [_, input, output] => snip::snip(Path::new(input), Path::new(output)),
            _ => {
                eprintln!("error: snip takes two paths\n\n{USAGE}");
                return ExitCode::from(2);
            }
        },
        "--help" | "-h" => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        other => {
            eprintln!("error: unknown command '{other}'\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
