/* Buffers, arenas, errors: what everything else stands on. */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/utf8.h"

static void an_empty_buffer_is_a_string(void **state)
{
    (void)state;
    struct buf buf = BUF_INIT(10);
    assert_string_equal(buf.data, "");
    buf_add(&buf, NULL, 0);
    assert_int_equal(buf.len, 0);
    buf_free(&buf);
    buf_free(&buf);
    assert_string_equal(buf.data, "");
}

static void a_buffer_grows_and_stays_terminated(void **state)
{
    (void)state;
    struct buf buf = BUF_INIT(1 << 20);
    for (int i = 0; i < 5000; i++) {
        buf_addf(&buf, "%d,", i);
        assert_int_equal(strlen(buf.data), buf.len);
    }
    assert_false(buf.overflow);
    assert_memory_equal(buf.data, "0,1,2,3,", 8);
    assert_string_equal(buf.data + buf.len - 10, "4998,4999,");
    buf_free(&buf);
}

static void bytes_may_be_nul(void **state)
{
    (void)state;
    struct buf buf = BUF_INIT(8);
    buf_add(&buf, "a\0b", 3);
    buf_addc(&buf, '\0');
    assert_int_equal(buf.len, 4);
    assert_memory_equal(buf.data, "a\0b\0", 5);
    buf_free(&buf);
}

static void the_maximum_holds_and_is_remembered(void **state)
{
    (void)state;
    struct buf buf = BUF_INIT(5);
    buf_adds(&buf, "abc");
    buf_adds(&buf, "def"); /* would make six: none of it is added */
    assert_true(buf.overflow);
    assert_string_equal(buf.data, "abc");
    buf_addc(&buf, 'x'); /* would fit, but then a hole would be hidden */
    assert_string_equal(buf.data, "abc");
    buf_truncate(&buf, 1);
    assert_true(buf.overflow);
    assert_string_equal(buf.data, "a");
    buf_reset(&buf);
    assert_false(buf.overflow);
    buf_adds(&buf, "12345");
    assert_false(buf.overflow);
    assert_string_equal(buf.data, "12345");
    buf_addf(&buf, "%s", "");
    assert_false(buf.overflow);
    buf_addf(&buf, "%d", 6);
    assert_true(buf.overflow);
    assert_string_equal(buf.data, "12345");
    buf_free(&buf);
    assert_false(buf.overflow);
    assert_int_equal(buf.max, 5);
}

static void truncating_never_lengthens(void **state)
{
    (void)state;
    struct buf buf = BUF_INIT(100);
    buf_adds(&buf, "abc");
    buf_truncate(&buf, 50);
    assert_int_equal(buf.len, 3);
    buf_free(&buf);
}

static void a_kept_copy_outlives_the_buffer(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf buf = BUF_INIT(100);
    buf_add(&buf, "a\0b", 3);
    char *kept = buf_keep(&buf, &arena);
    buf_free(&buf);
    assert_memory_equal(kept, "a\0b", 4);
    arena_free(&arena);
}

static void arena_memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct arena arena = {0};
    enum { COUNT = 3000 };
    unsigned char *pieces[COUNT];
    size_t asked = 0;
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = i % 97 == 0 ? 5000 + i * 10 : i % 61;
        pieces[i] = arena_alloc(&arena, size);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < size; j++)
            assert_int_equal(pieces[i][j], 0);
        memset(pieces[i], (int)(i % 251) + 1, size);
        asked += size;
    }
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = i % 97 == 0 ? 5000 + i * 10 : i % 61;
        for (size_t j = 0; j < size; j++)
            assert_int_equal(pieces[i][j], (int)(i % 251) + 1);
    }
    assert_true(arena.total >= asked);
    arena_free(&arena);
    assert_int_equal(arena.total, 0);
    assert_string_equal(arena_string(&arena, "again"), "again");
    arena_free(&arena);
}

static void arena_strings(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_null(arena_string(&arena, NULL));
    assert_string_equal(arena_copy(&arena, "abcdef", 3), "abc");
    assert_string_equal(arena_copy(&arena, NULL, 0), "");
    assert_string_equal(arena_printf(&arena, "%s-%d", "第", 3), "第-3");
    char *bytes = arena_array(&arena, 100, 7);
    assert_int_equal(bytes[699], 0);
    arena_free(&arena);
}

static void the_first_error_wins(void **state)
{
    (void)state;
    struct error err = {0};
    assert_int_equal(error_set_kind(&err, ERROR_USAGE, "no key %s", "chats"), -1);
    assert_int_equal(error_set(&err, "second"), -1);
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_string_equal(err.text, "no key chats");
    assert_int_equal(error_context(&err, "%s:%d", "x.yaml", 7), -1);
    assert_string_equal(err.text, "x.yaml:7: no key chats");
    assert_int_equal(err.kind, ERROR_USAGE);
    error_clear(&err);
    assert_int_equal(error_context(&err, "nothing is wrong"), -1);
    assert_int_equal(err.kind, ERROR_NONE);
    assert_string_equal(err.text, "");
    assert_int_equal(error_set(NULL, "nobody asks"), -1);
}

static void an_error_is_one_line_of_utf8(void **state)
{
    (void)state;
    struct error err = {0};
    error_set(&err, "a\nb\tc\x1b[31m\xff \n");
    assert_string_equal(err.text, "a b c[31m\xef\xbf\xbd");
}

static void a_long_error_is_cut_at_a_character(void **state)
{
    (void)state;
    for (int shift = 0; shift < 4; shift++) {
        struct buf long_text = BUF_INIT(100000);
        for (int i = 0; i < shift; i++)
            buf_addc(&long_text, 'a');
        for (int i = 0; i < 3000; i++)
            buf_adds(&long_text, i % 2 ? "语" : "😀");
        struct error err = {0};
        error_set(&err, "%s", long_text.data);
        assert_true(strlen(err.text) > sizeof err.text - 5 && strlen(err.text) < sizeof err.text);
        assert_true(utf8_valid(err.text, strlen(err.text)));
        assert_memory_equal(err.text, long_text.data, strlen(err.text));
        error_context(&err, "%s", long_text.data); /* longer than the error itself */
        assert_true(strlen(err.text) < sizeof err.text);
        assert_true(utf8_valid(err.text, strlen(err.text)));
        buf_free(&long_text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_is_a_string),
        cmocka_unit_test(a_buffer_grows_and_stays_terminated),
        cmocka_unit_test(bytes_may_be_nul),
        cmocka_unit_test(the_maximum_holds_and_is_remembered),
        cmocka_unit_test(truncating_never_lengthens),
        cmocka_unit_test(a_kept_copy_outlives_the_buffer),
        cmocka_unit_test(arena_memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(arena_strings),
        cmocka_unit_test(the_first_error_wins),
        cmocka_unit_test(an_error_is_one_line_of_utf8),
        cmocka_unit_test(a_long_error_is_cut_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
