/*
 * conf_parse_test.c -- trees, includes, and mistakes with their lines.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "conf_fixture.h"

static const ct_module_t *const no_modules[] = { NULL };


/* The tree as text: "name arg { ... } " and "name arg; ". */
static size_t
print_tree(const ct_conf_node_t *node, char *out, size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    for (; node != NULL; node = node->next) {
        for (size_t i = 0; i < node->nargs; i++) {
            len += (size_t) snprintf(out + len, size - len, "%s%s",
                                     i == 0 ? "" : " ", node->args[i].data);
        }
        if (node->is_block) {
            len += (size_t) snprintf(out + len, size - len, " { ");
            len += print_tree(node->children, out + len, size - len);
            len += (size_t) snprintf(out + len, size - len, "} ");
        } else {
            len += (size_t) snprintf(out + len, size - len, "; ");
        }
        assert_true(len < size);
    }
    return len;
}


static void
assert_tree(const char *c_text, const char *c_wanted)
{
    fixture_t       fixture;
    ct_conf_node_t *tree = NULL;
    char            out[1024];

    fixture_init(&fixture, no_modules);
    assert_int_equal(
        ct_conf_parse_text(fixture.cycle, "test", ct_str_of(c_text), &tree),
        CT_OK);
    print_tree(tree, out, sizeof(out));
    assert_string_equal(out, c_wanted);
    fixture_release(&fixture);
}


static void
assert_mistake(const char *c_text, const char *c_wanted)
{
    fixture_t       fixture;
    ct_conf_node_t *tree = NULL;

    fixture_init(&fixture, no_modules);
    assert_int_equal(
        ct_conf_parse_text(fixture.cycle, "test", ct_str_of(c_text), &tree),
        CT_ERROR);
    assert_null(tree);
    fixture_expect(&fixture, c_wanted);
    fixture_release(&fixture);
}


static void
texts_become_trees(void **state)
{
    (void) state;
    assert_tree("", "");
    assert_tree("a;", "a; ");
    assert_tree("a 'b c' \"d\\\"\";", "a b c d\"; ");
    assert_tree("a{}b x{c;d{e 1;}}f;", "a { } b x { c; d { e 1; } } f; ");
}


static void
mistakes_name_their_line(void **state)
{
    (void) state;
    assert_mistake("a;\n}", "unexpected '}' in test:2");
    assert_mistake("a;\n\n;", "unexpected ';' in test:3");
    assert_mistake("a {\n{", "unexpected '{' in test:2");
    assert_mistake("a\nb", "unexpected end of file, ';' or '{' is missing "
                           "behind 'b' in test:2");
    assert_mistake("a {\n b\n}",
                   "unexpected '}', ';' is missing behind 'b' in test:3");
    assert_mistake("\na {\n b;\n\n",
                   "unexpected end of file, '}' is missing for the 'a' of "
                   "line 2 in test:5");
    assert_mistake("a\n \"x\n;", "unterminated quote 'x\\x0a;' in test:2");
    assert_mistake("a\x02;", "control character '\\x02' in test:1");
    assert_mistake("a 'b'c;",
                   "unexpected character behind a quote 'c' in test:1");
    assert_mistake("include x;",
                   "'include' is allowed in files only in test:1");
}


/* `n` times `c_piece`, in the cycle's pool. */
static ct_str_t
repeated(ct_pool_t *pool, const char *c_piece, size_t n)
{
    const size_t len = strlen(c_piece);
    char        *data = ct_pool_alloc(pool, n * len + 1);

    for (size_t i = 0; i < n; i++) {
        memcpy(data + i * len, c_piece, len);
    }
    data[n * len] = '\0';
    return (ct_str_t){ n * len, data };
}


static void
every_cap_holds(void **state)
{
    static const struct {
        const char *piece;
        size_t      n;
        const char *message;
    } cases[] = {
        { "a ", 257, "'a' has more than 256 words in test:1" },
        { "a{", 17, "more than 16 blocks inside each other in test:1" },
        { "a;", 100001, "more than 100000 directives in test:1" },
        { " ", 1048577, "text longer than 1048576 bytes in test:1" },
    };

    (void) state;
    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        fixture_t       fixture;
        ct_conf_node_t *tree;

        fixture_init(&fixture, no_modules);
        assert_int_equal(
            ct_conf_parse_text(
                fixture.cycle, "test",
                repeated(fixture.cycle->pool, cases[i].piece, cases[i].n),
                &tree),
            CT_ERROR);
        fixture_expect(&fixture, cases[i].message);
        fixture_release(&fixture);
    }
}


/* Files in a folder of their own; the cycle's conf_path is DIR/main. */
typedef struct folder_s {
    fixture_t   fixture;
    char        dir[64];
    const char *names[32];
    size_t      nnames;
} folder_t;


static const char *
path_in(folder_t *folder, const char *c_name)
{
    return ct_str_printf(folder->fixture.cycle->pool, "%s/%s", folder->dir,
                         c_name)
        .data;
}


static void
write_file(folder_t *folder, const char *c_name, const char *c_text)
{
    assert_true(folder->nnames < CT_ARRAY_LEN(folder->names));
    assert_int_equal(ct_file_replace(path_in(folder, c_name), ct_str_of(c_text),
                                     &folder->fixture.cycle->log),
                     CT_OK);
    folder->names[folder->nnames] = path_in(folder, c_name);
    folder->nnames++;
}


static void
folder_init(folder_t *folder, const char *c_main)
{
    memset(folder, 0, sizeof(*folder));
    fixture_init(&folder->fixture, no_modules);
    snprintf(folder->dir, sizeof(folder->dir), "/tmp/ct_conf_test.XXXXXX");
    assert_non_null(mkdtemp(folder->dir));
    folder->fixture.cycle->conf_path = ct_str_of(path_in(folder, "main"));
    write_file(folder, "main", c_main);
}


static void
folder_release(folder_t *folder)
{
    for (size_t i = 0; i < folder->nnames; i++) {
        (void) unlink(folder->names[i]);
    }
    assert_int_equal(rmdir(folder->dir), 0);
    fixture_release(&folder->fixture);
}


static ct_rc_t
parse_main(folder_t *folder, ct_conf_node_t **tree)
{
    return ct_conf_parse_file(folder->fixture.cycle, path_in(folder, "main"),
                              tree);
}


/* Fails unless the only message is `fmt` with the folder for its "%s". */
static void
expect_in(folder_t *folder, const char *c_before, const char *c_between,
          const char *c_after)
{
    fixture_expect(&folder->fixture,
                   ct_str_printf(folder->fixture.cycle->pool, "%s%s%s%s%s",
                                 c_before, folder->dir, c_between, folder->dir,
                                 c_after)
                       .data);
}


static void
includes_stand_where_they_are_named(void **state)
{
    folder_t        folder;
    ct_conf_node_t *tree;
    char            out[256];

    (void) state;
    folder_init(&folder, "a; s { include *.inc; include none*; } b;");
    write_file(&folder, "2.inc", "two;");
    write_file(&folder, "1.inc", "one {}\ninclude more;");
    write_file(&folder, "more", "more;");
    assert_int_equal(parse_main(&folder, &tree), CT_OK);
    print_tree(tree, out, sizeof(out));
    assert_string_equal(out, "a; s { one { } more; two; } b; ");
    assert_int_equal(folder.fixture.cycle->conf_files.n, 4);
    folder_release(&folder);
}


static void
a_file_is_kept_once(void **state)
{
    folder_t              folder;
    ct_conf_node_t       *tree;
    const ct_conf_file_t *file;

    (void) state;
    folder_init(&folder, "include x; b { include x; }");
    write_file(&folder, "x", "a;");
    assert_int_equal(parse_main(&folder, &tree), CT_OK);
    assert_int_equal(folder.fixture.cycle->conf_files.n, 2);
    file = ct_array_at(&folder.fixture.cycle->conf_files, 1);
    assert_string_equal(file->path.data, path_in(&folder, "x"));
    assert_string_equal(file->text.data, "a;");
    folder_release(&folder);
}


static void
a_missing_file_is_named_with_its_place(void **state)
{
    folder_t        folder;
    ct_conf_node_t *tree;

    (void) state;
    folder_init(&folder, "\ninclude gone;");
    assert_int_equal(parse_main(&folder, &tree), CT_ERROR);
    expect_in(&folder, "cannot read '", "/gone': No such file or directory in ",
              "/main:2");
    folder_release(&folder);
}


static void
a_loop_of_includes_ends(void **state)
{
    folder_t        folder;
    ct_conf_node_t *tree;

    (void) state;
    folder_init(&folder, "include x;");
    write_file(&folder, "x", "a;\ninclude main;");
    assert_int_equal(parse_main(&folder, &tree), CT_ERROR);
    expect_in(&folder, "'", "/main' includes itself in ", "/x:2");
    folder_release(&folder);
}


static void
includes_have_a_depth(void **state)
{
    folder_t        folder;
    ct_conf_node_t *tree;
    char            name[16];
    char            text[32];

    (void) state;
    folder_init(&folder, "include f0;");
    for (int i = 0; i < 17; i++) {
        snprintf(name, sizeof(name), "f%d", i);
        snprintf(text, sizeof(text), "include f%d;", i + 1);
        write_file(&folder, name, text);
    }
    assert_int_equal(parse_main(&folder, &tree), CT_ERROR);
    assert_non_null(strstr(fixture_messages(&folder.fixture),
                           "more than 16 includes inside each other in "));
    folder_release(&folder);
}


static void
a_block_ends_in_its_own_file(void **state)
{
    folder_t        folder;
    ct_conf_node_t *tree;

    (void) state;
    folder_init(&folder, "a { include x; }");
    write_file(&folder, "x", "b;\n}");
    assert_int_equal(parse_main(&folder, &tree), CT_ERROR);
    assert_non_null(
        strstr(fixture_messages(&folder.fixture), "unexpected '}' in /"));
    folder_release(&folder);
}


static void
the_environment_names_a_file(void **state)
{
    folder_t        folder;
    ct_conf_node_t *tree;
    char            out[64];

    (void) state;
    folder_init(&folder, "include ${CT_TEST_NAME}.inc;");
    write_file(&folder, "it.inc", "a;");
    assert_int_equal(setenv("CT_TEST_NAME", "it", 1), 0);
    assert_int_equal(parse_main(&folder, &tree), CT_OK);
    print_tree(tree, out, sizeof(out));
    assert_string_equal(out, "a; ");
    folder_release(&folder);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_trees),
        cmocka_unit_test(mistakes_name_their_line),
        cmocka_unit_test(every_cap_holds),
        cmocka_unit_test(includes_stand_where_they_are_named),
        cmocka_unit_test(a_file_is_kept_once),
        cmocka_unit_test(a_missing_file_is_named_with_its_place),
        cmocka_unit_test(a_loop_of_includes_ends),
        cmocka_unit_test(includes_have_a_depth),
        cmocka_unit_test(a_block_ends_in_its_own_file),
        cmocka_unit_test(the_environment_names_a_file),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
