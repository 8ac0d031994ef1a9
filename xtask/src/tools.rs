//! External tools: a browser with its driver, a Vulkan driver, Node.js for the page's tests, and Python with
//! PyTorch.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// A headless browser and its driver.
pub struct Browser {
    /// Chromium or Chrome; preferably Chromium's headless shell, which has no window to draw in memory and runs the
    /// page's tests in half of the time.
    pub program: PathBuf,
    /// The matching ChromeDriver.
    pub driver: PathBuf,
}

/// Debian's name for the program and its package; other systems have no package of it.
const HEADLESS_SHELL: &str = "chromium-headless-shell";

/// Finds the browser and its driver, installing Debian's packages if possible.
pub fn ensure_browser() -> Result<Browser> {
    let what = "a headless Chromium with its ChromeDriver";
    if from_variable("CHROMIUM").is_none() && on_path(HEADLESS_SHELL).is_none() {
        // Without it, the tests only take longer.
        let _ = install(&[HEADLESS_SHELL, "chromium-driver"], what);
    }
    if find_browser().is_none() {
        install(&["chromium", "chromium-driver"], what)?;
    }
    find_browser().context("Chromium and ChromeDriver are installed, but not on the search path")
}

/// Finds a Vulkan driver, installing Debian's Mesa with lavapipe, a software GPU, if possible. On systems
/// other than Linux, the tests of the GPU need no additional driver.
pub fn ensure_vulkan() -> Result<()> {
    if !cfg!(target_os = "linux") || has_vulkan_driver() {
        return Ok(());
    }
    install(&["mesa-vulkan-drivers"], "a driver for Vulkan (lavapipe, a GPU in software, will do)")?;
    if !has_vulkan_driver() {
        bail!("a driver for Vulkan is installed, but no file in {} names it", DRIVER_FOLDERS.join(" or "));
    }
    Ok(())
}

/// Folders in which the Vulkan loader looks for files that name a driver.
const DRIVER_FOLDERS: [&str; 4] = [
    "/usr/share/vulkan/icd.d",
    "/etc/vulkan/icd.d",
    "/usr/local/share/vulkan/icd.d",
    "/usr/local/etc/vulkan/icd.d",
];

/// Whether the loader finds a driver; if one of its two variables is set, it looks only there.
fn has_vulkan_driver() -> bool {
    let is_named = |path: &Path| path.extension().is_some_and(|extension| extension == "json");
    let has_driver = |place: PathBuf| match place.read_dir() {
        Ok(files) => files.flatten().any(|file| is_named(&file.path())),
        Err(_) => place.is_file(),
    };
    match ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].into_iter().find_map(from_variable) {
        Some(places) => std::env::split_paths(&places).any(has_driver),
        None => DRIVER_FOLDERS.iter().map(PathBuf::from).any(has_driver),
    }
}

/// Finds `node`, `npm` and `npx`, installing Debian's packages if possible.
pub fn ensure_node() -> Result<()> {
    let missing = || ["node", "npm", "npx"].into_iter().find(|name| on_path(name).is_none());
    if missing().is_some() {
        install(&["nodejs", "npm"], "Node.js with npm")?;
    }
    match missing() {
        None => Ok(()),
        Some(name) => bail!("Node.js is installed, but `{name}` is not on the search path"),
    }
}

/// Succeeds if every line `NAME==VERSION` of the requirements file is satisfied.
const FULFILLED: &str = "
import sys
from importlib.metadata import version
for line in open(sys.argv[1]):
    name, wanted = line.strip().split('==')
    assert version(name).split('+')[0] == wanted, line
";

/// A Python that satisfies these requirements: the one on the search path, or otherwise a virtual environment
/// in `environment`, created if it is missing.
pub fn ensure_python(requirements: &Path, environment: &Path) -> Result<PathBuf> {
    let fulfils = |python: &Path| succeeds(Command::new(python).arg("-c").arg(FULFILLED).arg(requirements));
    let own = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if let Some(python) = on_path("python3").into_iter().chain([own.clone()]).find(|python| fulfils(python)) {
        return Ok(python);
    }
    let can_make = |python: &PathBuf| succeeds(Command::new(python).args(["-c", "import ensurepip, venv"]));
    if on_path("python3").filter(can_make).is_none() {
        install(&["python3", "python3-venv"], "Python 3 with venv")?;
    }
    let python =
        on_path("python3").context("Python is installed, but `python3` is not on the search path")?;
    println!("installing PyTorch into {}", environment.display());
    crate::cargo::run(Command::new(python).args(["-m", "venv", "--clear"]).arg(environment))?;
    // Most of its thousands of modules are never imported; the others are compiled on import.
    let pip =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--requirement"];
    crate::cargo::run(Command::new(&own).args(pip).arg(requirements))?;
    Ok(own)
}

fn succeeds(check: &mut Command) -> bool {
    check.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn find_browser() -> Option<Browser> {
    let program = from_variable("CHROMIUM").or_else(|| {
        [HEADLESS_SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
            .into_iter()
            .find_map(on_path)
    })?;
    let driver = from_variable("CHROMEDRIVER")
        // Location on GitHub Actions runners.
        .or_else(|| {
            Some(from_variable("CHROMEWEBDRIVER")?.join("chromedriver")).filter(|path| path.is_file())
        })
        .or_else(|| on_path("chromedriver"))?;
    Some(Browser { program, driver })
}

fn from_variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn on_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(name).with_extension(std::env::consts::EXE_EXTENSION))
        .find(|path| path.is_file())
}

/// Installs Debian packages as root; other users get one line of advice.
fn install(packages: &[&str], what: &str) -> Result<()> {
    let list = packages.join(" ");
    let advice = format!("the tests need {what}: install it, on Debian with `apt-get install {list}`");
    if on_path("apt-get").is_none() || !is_root() {
        bail!(advice);
    }
    // Two stages may need packages at once, but only one instance of Debian's package manager can run.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    println!("installing {list}");
    apt_get(["update", "--quiet"].map(OsStr::new)).context(advice.clone())?;
    let options = ["install", "--quiet", "--yes", "--no-install-recommends"];
    apt_get(options.iter().chain(packages).map(OsStr::new)).context(advice)
}

fn apt_get<'a>(arguments: impl IntoIterator<Item = &'a OsStr>) -> Result<()> {
    crate::cargo::run(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
