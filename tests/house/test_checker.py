#!/usr/bin/env python3
"""The checker is only worth what it catches: small bad sources must be found, good ones must pass."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import budgets  # noqa: E402
import csource  # noqa: E402
import rooms  # noqa: E402
import tools  # noqa: E402
import tree  # noqa: E402


def parse(text, path="plugin/text/a.c"):
    return csource.parse(path, text)


def function(body, head="int f(void)"):
    (found,) = parse(f"{head}\n{body}\n").functions
    return found


def names(text):
    return [name for name, _ in parse(text).globals]


def rules(path, *includes):
    return [f.text for f in rooms.check([parse("".join(f"#include {i}\n" for i in includes), path)])]


class Functions(unittest.TestCase):
    def test_counts_lines_from_brace_to_brace(self):
        self.assertEqual(function("{\n a();\n b();\n}").lines, 4)
        self.assertEqual(function("{ return 1; }").lines, 1)

    def test_finds_functions_among_look_alikes(self):
        text = """
            struct s { int a; };
            enum e { A, B = (1 << 2) };
            typedef int (*call)(int, int);
            static const int t[] = { F(1), F(2) };
            extern int proto(int a, int b);
            __attribute__((format(printf, 1, 2))) static int first(const char *f, ...) { return f['}']; /* } */ }
            static struct s *second(void) { return "{{{"; }
            Test(suite, third, .init = setup) { x(); }
            static cs_rc (*const table[])(int) = { first };
        """
        self.assertEqual([f.name for f in parse(text).functions], ["first", "second", "suite_third"])
        self.assertEqual([p[0] for p in parse(text).prototypes], ["proto"])

    def test_counts_parameters(self):
        for head, count in (("int f(void)", 0), ("int f(int a)", 1), ("int f(int (*g)(int, int), char b[2])", 2),
                            ("int f(const char *a, ...)", 1), ("int f(int a, int b, int c, int d, int e, int g)", 6)):
            self.assertEqual(function("{ }", head).params, count, head)

    def test_counts_nesting(self):
        for body, depth in (("{ a(); }", 0), ("{ if (a) return; }", 0), ("{ if (a) { b(); } }", 1),
                            ("{ if (a) { } else if (b) { } else { } }", 1), ("{ for (;;) if (a) { b(); } }", 2),
                            ("{ for (;;) { while (a) { do { switch (b) { case 1: { c(); } } } while (d); } } }", 5),
                            ("{ struct s x = { { { 1 } } }; }", 0), ("{ { a(); } }", 1)):
            self.assertEqual(function(body).nesting, depth, body)

    def test_counts_paths(self):
        for body, paths in (("{ a(); }", 1), ("{ if (a && b || c) d(); else e(); }", 4), ("{ return a ? b : c; }", 2),
                            ("{ switch (a) { case 1: case 2: b(); break; default: c(); } }", 3),
                            ("{ for (;;) while (a) do b(); while (c); }", 4), ('{ puts("if && ?"); /* || */ }', 1)):
            self.assertEqual(function(body).cyclomatic, paths, body)

    def test_sees_through_line_continuations_and_directives(self):
        source = parse("#define M(a) \\\n  { a\nint f(void)\n{\n#if X\n  a();\n#endif\n}\n")
        self.assertEqual([f.lines for f in source.functions], [5])
        self.assertEqual(source.functions[0].line, 3)


class Globals(unittest.TestCase):
    def test_mutable_objects_are_found(self):
        for text in ("static int a;", "int a = 1;", "static const char *a;", "_Atomic int a;", "_Thread_local int a;",
                     "static struct { int x; } a;", "static struct s a[4] = {{1}};", "extern int a;",
                     "static const char *const b = 0, *a;", "int (*a)(const int *x);", "enum e { A } a;"):
            self.assertEqual(names(text), ["a"], text)

    def test_constants_types_and_functions_are_not(self):
        for text in ("static const int a = 1;", "const char *const a[] = {0};", "struct a;", "struct a { int *b; };",
                     "enum { A, B };", "typedef int *a;", "int a(int b);", "int a(void);",
                     "int (*const a)(char *x);", "_Static_assert(sizeof(int) == 4, \"x\");",
                     "static const struct { int x; const char *y; } a[] = {{1, 0}};"):
            self.assertEqual(names(text), [], text)

    def test_statics_in_functions_are_found(self):
        self.assertEqual(function("{ static int n; return n++; }").static_locals, [("n", 2)])
        self.assertEqual(function("{ static const int n = 1; return n; }").static_locals, [])

    def test_only_the_program_may_have_them(self):
        for path, count in (("plugin/text/a.c", 2), ("plugin/chatsieve/a.c", 0), ("tests/text/a.c", 0)):
            source = parse("static int a;\nint f(void) { static int b; return b; }\n", path)
            self.assertEqual(len(budgets.check([source])), count, path)


class Budgets(unittest.TestCase):
    def texts(self, text, path="plugin/text/a.c"):
        return " ".join(f.text for f in budgets.check([parse(text, path)]))

    def padded(self, lines):
        """A file whose distribution is fine and whose last function is long."""
        return "int s(void) { return 1; }\n" * 20 + "int f(void)\n{\n" + "  a();\n" * (lines - 2) + "}\n"

    def test_long_function(self):
        self.assertEqual(self.texts(self.padded(60)), "")
        self.assertIn("f: lines 61", self.texts(self.padded(61)))

    def test_table_function_may_be_long(self):
        rows = "  {1},\n" * 80
        self.assertEqual(self.texts("int s(void) { return 1; }\n" * 20 + "int f(int i)\n{\n static const struct s t[] = {\n"
                                    + rows + "};\n return t[i].a;\n}\n"), "")

    def test_distribution(self):
        self.assertIn("median", self.texts("int f(void)\n{\n" + "  a();\n" * 11 + "}\n"))
        self.assertIn("90 %", self.texts("int s(void) { return 1; }\n" * 4 + self.padded(41).split("\n", 19)[-1]))

    def test_long_files(self):
        self.assertEqual(self.texts("int a(void);\n" * 500), "")
        self.assertIn("501 lines", self.texts("int a(void);\n" * 501))
        self.assertIn("301 lines", self.texts("int a(void);\n" * 301, "plugin/text/a.h"))
        self.assertEqual(self.texts("const int t[] = {\n" + "1,\n" * 900 + "};\n"), "")

    def test_parameters_of_definitions_and_prototypes(self):
        self.assertIn("f: parameters 6", self.texts("int f(int a, int b, int c, int d, int e, int g) { return 1; }\n"))
        self.assertIn("f: parameters 6", self.texts("int f(int a, int b, int c, int d, int e, int g);\n"))
        self.assertEqual(self.texts("int kafka_open(int a, int b, int c, int d, int e, int g);\n"), "")
        self.assertIn("parameters 7", self.texts("int kafka_open(int a, int b, int c, int d, int e, int g, int h);\n"))

    def test_nesting_and_paths(self):
        self.assertEqual(self.texts("int f(void) { if (a) { if (b) { if (c) { d(); } } } }\n"), "")
        self.assertIn("nesting 4", self.texts("int f(void) { if (a) { if (b) { if (c) { { d(); } } } } }\n"))
        self.assertEqual(self.texts("int f(void) { return a" + " && a" * 11 + "; }\n"), "")
        self.assertIn("(cyclomatic) 13", self.texts("int f(void) { return a" + " && a" * 12 + "; }\n"))

    def test_preprocessor(self):
        self.assertIn("#if", self.texts("#if A\n#endif\n" * 5))
        self.assertEqual(self.texts("#if A\n#endif\n" * 4), "")
        self.assertIn("macros", self.texts("#define A(x) x\n" * 4))


class Rooms(unittest.TestCase):
    def test_lower_levels_are_open(self):
        self.assertEqual(rules("plugin/rules/a.c", '"base/span.h"', '"text/fold.h"', '"rules/ruleset.h"', '"mark.h"',
                               "<stdio.h>", "<sys/stat.h>"), [])
        self.assertEqual(rules("plugin/config/a.c", '"record/batch.h"'), [])

    def test_siblings_and_upper_levels_are_closed(self):
        for path, name in (("plugin/codec/a.c", "text/fold.h"), ("plugin/record/a.c", "config/settings.h"),
                           ("plugin/base/a.c", "record/batch.h"), ("plugin/kafka/a.c", "filter/filter.h"),
                           ("plugin/filter/a.c", "kafka/kafka.h"), ("plugin/scan/a.c", "chatsieve/log.h"),
                           ("plugin/text/a.h", "chatsieve/filter.h")):
            self.assertEqual(len(rules(path, f'"{name}"')), 1, (path, name))

    def test_doors(self):
        for header, room in (("<hs.h>", "scan"), ("<hs/hs.h>", "scan"), ("<librdkafka/rdkafka.h>", "kafka"),
                             ("<librdkafka/rdkafka_mock.h>", "kafka"), ("<protobuf-c/protobuf-c.h>", "codec"),
                             ('"chatsieve/v1/chat_message.pb-c.h"', "codec"), ("<jansson.h>", "codec"),
                             ("<yaml.h>", "config"), ("<xxhash.h>", "base"),
                             ("<mimalloc.h>", "base")):
            self.assertEqual(rules(f"plugin/{room}/a.c", header), [], header)
            for other in set(rooms.LEVELS) - {room}:
                self.assertEqual(len(rules(f"plugin/{other}/a.c", header)), 1, (header, other))

    def test_unknown_dependencies_rooms_and_ways_out(self):
        self.assertEqual(len(rules("plugin/base/a.c", "<curl/curl.h>")), 1)
        self.assertEqual(len(rules("plugin/misc/a.c")), 1)
        self.assertEqual(len(rules("plugin/a.c")), 1)
        self.assertEqual(len(rules("plugin/text/a.c", '"../base/span.h"', '"tests/harness.h"')), 2)

    def test_rings(self):
        ring = [parse('#include "text/b.h"\n', "plugin/text/a.h"), parse('#include "text/a.h"\n', "plugin/text/b.h")]
        self.assertEqual(len(rooms.check(ring)), 1)
        self.assertEqual(rooms.check([parse('#include "text/b.h"\n', "plugin/text/a.h"), parse("", "plugin/text/b.h")]), [])


class Tree(unittest.TestCase):
    def test_layout(self):
        good = sorted(tree.REQUIRED - {"plugin"}) + ["plugin/base/a.c"]
        self.assertEqual(tree.layout(good), [])
        self.assertEqual(len(tree.layout(good + ["docs/a.md"])), 1)
        self.assertEqual(len(tree.layout(good + ["tool.py"])), 2)
        self.assertEqual(len(tree.layout(good + [".ci/helper.py"])), 1)
        self.assertEqual([f.path for f in tree.layout([p for p in good if p != "LICENSE"])], ["LICENSE"])

    def test_words(self):
        for line in ("x // TO" "DO later", "FIX" "ME", "see https://" "repo.maven.example2.net/a",
                     "https://" "registry.npmjs.org/x", "cd /ro" "ot/x", "/ho" "me/me/x", "open('/wo" "rk/x')"):
            self.assertEqual(len(list(tree.words("a", line))), 1, line)
        for line in ("todo list", "https://github.com/a/b", "http://127.0.0.1:8080/", "the /wo" "rk of", "a/root/b",
                     "http://localhost:9/", "https://www.unicode.org/reports/"):
            self.assertEqual(list(tree.words("a", line)), [], line)

    def test_whitespace(self):
        self.assertEqual(len(list(tree.whitespace("a", "x \ny\t\nz"))), 3)
        self.assertEqual(list(tree.whitespace("a", "x\n\ny\n")), [])

    def test_modes_and_shell(self):
        self.assertEqual(len(list(tree.script("a", "#!/bin/sh\n", 0o644))), 1)
        self.assertEqual(len(list(tree.script("a", "int x;\n", 0o755))), 1)
        self.assertEqual(list(tree.script("a", "#!/bin/sh\n", 0o755)), [])
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "bad").write_text("#!/bin/bash\nif true; then\n")
            (root / "good").write_text("#!/usr/bin/env bash\nx=(a b)\n")
            self.assertEqual(len(list(tree.shell_syntax(root, "bad", (root / "bad").read_text()))), 1)
            self.assertEqual(list(tree.shell_syntax(root, "good", (root / "good").read_text())), [])

    def test_untracked_and_ignored(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path in ("a.c", "build/b.c"):
                (root / path).parent.mkdir(exist_ok=True)
                (root / path).write_text("")
            self.assertEqual(tree.tracked(root), ["a.c"])

    def test_readme(self):
        def found(text):
            return len(list(tree.readme_findings(text, {"demo"}, {"run"}, lambda target: target == "LICENSE")))
        self.assertEqual(found("`./run demo` runs chatsieve like `x`\n[l](LICENSE) [m](https://github.com/x)\n"), 0)
        self.assertEqual(found("```sh\n./run demo --seconds 3\ncat x | build/bin/chatsieve run -c x\n```\n"), 0)
        self.assertEqual(found("try `./run fly`, then\n```\n$ chatsieve fly -c x | chatsieve walk\n```\n[l](NOTHING)"), 4)


class Tools(unittest.TestCase):
    def test_symbols(self):
        def found(exported, declared):
            return len(tools.symbol_findings(set(exported.split()), set(declared.split())))
        self.assertEqual(found("chatsieve_open chatsieve_close", "chatsieve_open chatsieve_close"), 0)
        self.assertEqual(found("chatsieve_open cs_filter_new", "chatsieve_open"), 1)
        self.assertEqual(found("", ""), 1)
        self.assertEqual(found("chatsieve_a", "chatsieve_b"), 2)

    def test_missing_library_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(len(tools.check_symbols(pathlib.Path(folder), folder)), 2)

    def test_format(self):
        style = pathlib.Path(__file__).resolve().parents[2] / ".clang-format"
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / ".clang-format").write_text(style.read_text())
            (root / "plugin").mkdir()
            (root / "plugin" / "a.c").write_text("int  f( void ){return 1;}\n")
            try:
                self.assertTrue(tools.check_format(root))
            except tools.Skip as reason:
                self.skipTest(str(reason))


class Front(unittest.TestCase):
    def test_run_prints_its_verbs_and_refuses_others(self):
        root = pathlib.Path(__file__).resolve().parents[2]
        self.assertEqual(tree.front_verbs(root), {"demo", "build", "test", "bench", "fuzz", "kafka", "clean"})
        refused = subprocess.run([root / "run", "fly"], capture_output=True, text=True)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("unknown verb 'fly'", refused.stderr)


if __name__ == "__main__":
    unittest.main()
