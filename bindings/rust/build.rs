//! Says where libdao is: in the folder that DAO_LIB_DIR names, else where pkg-config finds it, else where the linker looks.

use std::process::Command;

fn folder() -> Option<String> {
    println!("cargo:rerun-if-env-changed=DAO_LIB_DIR");
    println!("cargo:rerun-if-env-changed=PKG_CONFIG_PATH");
    if let Ok(folder) = std::env::var("DAO_LIB_DIR") {
        return Some(folder);
    }
    let found = Command::new("pkg-config").args(["--variable=libdir", "dao"]).output().ok()?;
    let folder = String::from_utf8(found.stdout).ok()?.trim().to_owned();
    (found.status.success() && !folder.is_empty()).then_some(folder)
}

fn main() {
    println!("cargo:rustc-link-lib=dylib=dao");
    if let Some(folder) = folder() {
        println!("cargo:rustc-link-search=native={folder}");
        if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "unix") {
            println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
        }
    }
}
