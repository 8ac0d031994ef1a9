//! `cargo xtask test`: runs all checks of the project, stage by stage.

use crate::cargo::{WASM, cargo, ensure_wasm_target, root, run as run_command, target_dir};
use crate::server::Server;
use crate::{build, bundle, package, size, tools};
use anyhow::{Context, Result, bail};
use std::env::consts::EXE_EXTENSION;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// Name, description and function of a stage.
type Stage = (&'static str, &'static str, fn() -> Result<()>);

/// In running order: quick stages first, and `page` and `size` after the `site` they examine. See also
/// [`COMPANIONS`].
const STAGES: [Stage; 9] = [
    ("fmt", "formatting, and lints of the page's scripts and styles", fmt),
    ("clippy", "lints, natively and for wasm, and of the documentation", clippy),
    ("native", "unit, property, oracle, golden and GPU tests, documentation examples", native),
    ("site", "the optimised page, and the types of its JavaScript against those of the modules", site),
    ("torch", "the PyTorch trainer, and that it computes what the Rust one does", torch),
    ("oracles", "numbering and scoring of real lines, by the libraries and by this crate", oracles),
    ("wasm", "the same kernels, CPU's and GPU's, in a headless browser", wasm),
    ("page", "the page in a headless browser", page),
    ("size", "downloads against their budget", size::run),
];

/// Runs instead of all others where it is asked for: what can be known within five minutes.
const QUICK: [Stage; 2] = [STAGES[0], ("quick", "unit, property, oracle and golden tests on the CPU", quick)];

/// A stage, another stage to start along with it, and what must be installed first, so that no two package
/// managers collide.
type Companion = (&'static str, &'static str, fn() -> Result<()>);

/// Running in pairs: a browser that computes in one worker leaves one of two cores idle, as do PyTorch and
/// the linker. Cargo ensures that only one of the two builds at a time.
const COMPANIONS: [Companion; 2] =
    [("native", "wasm", || tools::ensure_browser().map(drop)), ("torch", "oracles", || python().map(drop))];

/// Runs the named stages, or all of them; a failure does not stop the others, but is an error in the end.
pub fn run(names: &[String]) -> Result<()> {
    if names == ["quick"] {
        return run_stages(&QUICK, |_| true);
    }
    if let Some(unknown) = names.iter().find(|name| STAGES.iter().all(|stage| stage.0 != name.as_str())) {
        let known = STAGES.map(|stage| stage.0).join(" ");
        bail!("there is no stage `{unknown}`; the stages are {known}, or `quick` alone");
    }
    run_stages(&STAGES, |name| names.is_empty() || names.iter().any(|wanted| wanted == name))
}

fn run_stages(stages: &[Stage], is_wanted: impl Fn(&str) -> bool) -> Result<()> {
    if stages.iter().any(|stage| ["torch", "oracles"].contains(&stage.0) && is_wanted(stage.0)) {
        // Downloads some gigabytes while the CPU compiles; the stage that needs them reports any error.
        thread::spawn(python);
    }
    let mut beside = Vec::new();
    let mut results = Vec::new();
    for &(name, what, check) in stages.iter().filter(|stage| is_wanted(stage.0)) {
        for (_, stage, prepare) in
            COMPANIONS.iter().filter(|companion| companion.0 == name && is_wanted(companion.1))
        {
            // If it cannot be started, the error is reported in its turn.
            beside.extend(prepare().and_then(|()| Beside::start(stage)));
        }
        println!("\n=== {name}: {what}");
        let start = Instant::now();
        let outcome = match beside.iter().position(|beside: &Beside| beside.stage == name) {
            Some(index) => beside.swap_remove(index).finish(),
            None => check(),
        };
        if let Err(error) = &outcome {
            println!("{name} failed: {error:#}");
        }
        results.push((name, outcome.is_ok(), start.elapsed()));
    }
    summarise(&results)
}

fn summarise(results: &[(&str, bool, Duration)]) -> Result<()> {
    println!("\n=== stages");
    for (name, passed, time) in results {
        println!("{name:<8}{:<8}{:>6.1} s", if *passed { "ok" } else { "FAILED" }, time.as_secs_f32());
    }
    let failed = results.iter().filter(|result| !result.1).count();
    let total: Duration = results.iter().map(|result| result.2).sum();
    println!("{:<16}{:>6.1} s", "together", total.as_secs_f32());
    if failed > 0 {
        bail!("{failed} of {} stages failed", results.len());
    }
    Ok(())
}

/// A stage that runs in a separate process alongside others, and is reported in its turn.
struct Beside {
    stage: &'static str,
    process: Child,
    said: PathBuf,
}

impl Beside {
    fn start(stage: &'static str) -> Result<Self> {
        let said = target_dir()?.join(stage).with_extension("log");
        let log = File::create(&said).with_context(|| format!("cannot write {}", said.display()))?;
        let process = Command::new(std::env::current_exe()?)
            .args(["test", stage])
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("stage `{stage}` did not start"))?;
        Ok(Self { stage, process, said })
    }

    fn finish(mut self) -> Result<()> {
        let status = self.process.wait()?;
        print!("{}", String::from_utf8_lossy(&std::fs::read(&self.said)?));
        if !status.success() {
            bail!("stage `{}` failed: {status}", self.stage);
        }
        Ok(())
    }
}

fn fmt() -> Result<()> {
    run_command(cargo().args(["fmt", "--all", "--", "--check"]))?;
    install_page_tests()?;
    // The page's formatter is also its linter, and does both in two seconds.
    run_command(in_page_tests("npx").args(["--no-install", "biome", "check", "--error-on-warnings", "../.."]))
}

fn clippy() -> Result<()> {
    ensure_wasm_target()?;
    let deny = ["--", "-D", "warnings"];
    run_command(cargo().args(["clippy", "--workspace", "--all-targets"]).args(deny))?;
    run_command(
        cargo().args(["clippy", "--package", "liedwerk", "--lib", "--tests", "--target", WASM]).args(deny),
    )?;
    run_command(
        cargo().args(["doc", "--no-deps", "--package", "liedwerk"]).env("RUSTDOCFLAGS", "-D warnings"),
    )
}

fn native() -> Result<()> {
    tools::ensure_vulkan()?;
    let mut test = cargo();
    test.args(["test", "--workspace"]);
    // Mesa looks for a display there and complains in every test if the variable is not set.
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        test.env("XDG_RUNTIME_DIR", target_dir()?);
    }
    run_command(&mut test)
}

/// Without the GPU's tests, most of whose time goes into a GPU made of software.
fn quick() -> Result<()> {
    run_command(cargo().args(["test", "--workspace", "--lib", "--bins", "--test", "it"]))
}

fn torch() -> Result<()> {
    run_command(
        in_python()?
            .args(["-m", "unittest", "discover", "--start-directory", "tests", "--top-level-directory", "."])
            .current_dir(root().join("training/torch"))
            .env("LIEDWERK", build_liedwerk()?),
    )
}

/// Compares with the results of Python libraries on many lines, which would be too large for a fixture and
/// are therefore generated here, from lines of this repository.
fn oracles() -> Result<()> {
    let folder = target_dir()?.join("oracles");
    std::fs::create_dir_all(&folder)?;
    let pairs = folder.join("pairs.tsv");
    std::fs::write(&pairs, own_lines()?)?;
    let write = |script: &str, option: &str| -> Result<PathBuf> {
        let out = folder.join(script).with_extension("json");
        let script = root().join("tests/golden").join(script);
        run_command(in_python()?.arg(script).arg(&out).arg(option).arg(&pairs))?;
        Ok(out)
    };
    run_command(
        cargo()
            .args(["test", "--workspace", "--test", "it", "--", "--ignored"])
            .env("LIEDWERK_TOKENIZER_ORACLE", write("tokenizer.py", "--pairs")?)
            .env("LIEDWERK_SENTENCEPIECE_ORACLE", write("sentence_piece.py", "--pairs")?)
            .env("LIEDWERK_METRICS_ORACLE", write("metrics.py", "--references")?),
    )
}

/// The lines of all text files tracked by git, paired and separated by a tab.
fn own_lines() -> Result<String> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output()?;
    let is_text =
        |name: &&str| [".md", ".rs", ".js", ".py", ".css", ".toml"].iter().any(|end| name.ends_with(end));
    let mut lines = Vec::new();
    for name in String::from_utf8(listed.stdout)?.split_terminator('\0').filter(is_text) {
        let text = std::fs::read_to_string(root().join(name))?;
        lines.extend(text.lines().map(|line| line.trim().replace('\t', " ")).filter(|line| !line.is_empty()));
    }
    if lines.len() < 20_000 {
        bail!("git lists texts with only {} lines here", lines.len());
    }
    Ok(lines.chunks_exact(2).map(|pair| format!("{}\t{}\n", pair[0], pair[1])).collect())
}

/// Python with the packages of the PyTorch trainer, set up once; concurrent callers wait.
fn python() -> Result<PathBuf> {
    static MADE: Mutex<()> = Mutex::new(());
    let _guard = MADE.lock();
    let requirements = root().join("training/torch/requirements.txt");
    tools::ensure_python(&requirements, &target_dir()?.join("python"))
}

/// Keeps compiled modules, or every process would compile PyTorch again; but not next to the sources.
fn in_python() -> Result<Command> {
    let mut command = Command::new(python()?);
    command.env_remove("PYTHONDONTWRITEBYTECODE").env("PYTHONPYCACHEPREFIX", target_dir()?.join("pycache"));
    Ok(command)
}

/// Builds the command line for tests that compare with it. Builds it like the native tests, since any other
/// selection of packages or targets changes features of the libraries and recompiles half of them.
fn build_liedwerk() -> Result<PathBuf> {
    run_command(cargo().args(["test", "--workspace", "--test", "it", "--no-run"]))?;
    Ok(target_dir()?.join("debug/liedwerk").with_extension(EXE_EXTENSION))
}

fn wasm() -> Result<()> {
    ensure_wasm_target()?;
    let browser = tools::ensure_browser()?;
    run_command(
        cargo()
            .args(["test", "--package", "liedwerk", "--target", WASM, "--test", "wasm", "--test", "gpu"])
            .env("CHROMEDRIVER", browser.driver),
    )
}

/// The page's types for a wasm module are generated with its glue, so both are built and checked together.
fn site() -> Result<()> {
    bundle::run()?;
    install_page_tests()?;
    run_command(in_page_tests("npx").args(["--no-install", "tsc", "-p", "."]))
}

fn in_page_tests(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root().join("tests/web")).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    command
}

/// Installs Playwright, axe, TypeScript and Biome as in the lock file, once per run.
fn install_page_tests() -> Result<()> {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    if INSTALLED.load(Relaxed) {
        return Ok(());
    }
    tools::ensure_node()?;
    run_command(in_page_tests("npm").args([
        "ci",
        "--ignore-scripts",
        "--prefer-offline",
        "--no-audit",
        "--no-fund",
    ]))?;
    INSTALLED.store(true, Relaxed);
    Ok(())
}

/// Tests the page in a subfolder of the server, as on hosts that give a project a path rather than a domain.
fn page() -> Result<()> {
    let browser = tools::ensure_browser()?;
    // The page must write the same as the command.
    let liedwerk = build_liedwerk()?;
    let site = target_dir()?.join("site");
    build::write_site(&site.join("liedwerk"))?;
    build::write_sources(&site.join("sources"))?;
    package::write(&site.join("package"))?;
    let server = Server::start(&site, 0)?;
    install_page_tests()?;
    run_command(
        in_page_tests("npx")
            .args(["--no-install", "playwright", "test"])
            .env("CHROMIUM", &browser.program)
            .env("LIEDWERK_BINARY", &liedwerk)
            .env("LIEDWERK_URL", format!("{}liedwerk/", server.url()))
            .env("LIEDWERK_SOURCES", format!("{}sources/", server.url()))
            .env("LIEDWERK_PACKAGE", site.join("package")),
    )
}
