#!/usr/bin/env python3
"""What an operator gets from `cmake --install`: test_install.py BUILD. A strange program must compile, link and run
against the installed library through pkg-config alone, as C99 and as C++, and the schema and rules must be there."""
import os
import pathlib
import subprocess
import sys
import tempfile

PROGRAM = """#include <chatsieve/filter.h>
#include <stdio.h>
int main(void)
{
    printf("%s %u\\n", chatsieve_version(), (unsigned)chatsieve_abi());
    return chatsieve_abi() == CHATSIEVE_ABI ? 0 : 1;
}
"""


def sh(*command, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def one(folder, pattern):
    found = sorted(folder.rglob(pattern))
    if not found:
        sys.exit(f"{pattern} was not installed; there is:\n" + "\n".join(sorted(str(p) for p in folder.rglob("*"))))
    return found[0]


def compile_and_run(stage, library, compiler, language, version):
    pc = one(stage, "chatsieve.pc").parent
    environment = dict(os.environ, PKG_CONFIG_PATH=str(pc), PKG_CONFIG_SYSROOT_DIR=str(stage), LC_ALL="C")
    flags = sh("pkg-config", "--cflags", "--libs", "chatsieve", env=environment).split()
    source = stage / f"host.{language}"
    source.write_text(PROGRAM)
    sh(*compiler, "-Wall", "-Wextra", "-Wpedantic", "-Werror", source, *flags, "-o", stage / "host")
    told = sh(stage / "host", env=dict(os.environ, LD_LIBRARY_PATH=str(library.parent)))
    if told.split()[0] != version or sh("pkg-config", "--modversion", "chatsieve", env=environment) != version:
        sys.exit(f"versions differ: the library says {told}, the project {version}")


def main(build, version):
    with tempfile.TemporaryDirectory() as folder:
        stage = pathlib.Path(folder)
        sh("cmake", "--install", build, env=dict(os.environ, DESTDIR=folder))
        library = one(stage, "libchatsieve.so")
        if not library.is_symlink() or not one(stage, f"libchatsieve.so.{version}").is_file():
            sys.exit("libchatsieve.so must be a link to the file with the version")
        for compiler, language in ((["cc", "-std=c99"], "c"), (["c++", "-std=c++11"], "cc")):
            compile_and_run(stage, library, compiler, language, version)
        for pattern in ("bin/chatsieve", "share/chatsieve/proto/chatsieve/v1/*.proto", "share/chatsieve/rules/*.yaml",
                        "chatsieve.1", "LICENSE"):
            one(stage, pattern)
        if version not in sh(one(stage, "bin/chatsieve"), "--version"):
            sys.exit(f"the program's --version does not say {version}")
    print("installed, compiled against, and run")


if __name__ == "__main__":
    main(*sys.argv[1:3])
