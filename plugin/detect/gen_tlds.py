"""Write the table of top-level domains from Debian's list of public suffixes (package publicsuffix, MPL-2.0 data)."""
import sys


def main(out, source):
    names = set()
    with open(source, encoding="utf-8") as lines:
        for line in lines:
            if "BEGIN PRIVATE DOMAINS" in line:
                break
            name = line.strip()
            if name and not name.startswith("//") and name.isascii() and name.isalpha():
                names.add(name)
    if len(names) < 1000:
        sys.exit(f"{source}: only {len(names)} top-level domains")
    with open(out, "w", encoding="ascii") as c:
        c.write('#include "detect/tlds.h"\n\nconst char *const cs_tlds[] = {\n')
        c.writelines(f'    "{name}",\n' for name in sorted(names))
        c.write(f"}};\nconst unsigned cs_tlds_count = {len(names)};\n")


main(sys.argv[1], sys.argv[2])
