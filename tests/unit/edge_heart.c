/* The heartbeat: beats while all is well, is silent else, says once that nobody hears it. */
#include "stand.h"

#include "daemon/heart.h"
#include "daemon/http.h"
#include "daemon/log.h"

enum { EVERY_MS = 40 };

struct world {
    struct loop *loop;
    struct http *http;
    struct heart *heart;
    struct stand stand;
    struct setup setup;
    struct option_value address;
    char url[100];
    bool well;
    int asked;
};

/* "/ok…" is answered 204, "/no…" 404, anything else not at all. */
static void serve(int fd, struct stand_book *book)
{
    char head[4096];
    while (stand_head(fd, head, sizeof head)) {
        book->requests++;
        if (!strncmp(head, "GET /ok", 7))
            stand_write(fd, "HTTP/1.1 204 No Content\r\n\r\n");
        else if (!strncmp(head, "GET /no", 7))
            stand_write(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        else
            return;
    }
}

static bool is_well(void *context)
{
    struct world *world = context;
    world->asked++;
    return world->well;
}

static void use(struct world *world, const char *path)
{
    snprintf(world->url, sizeof world->url, "http://127.0.0.1:%d/%s/s3cret", world->stand.port, path);
    world->address = (struct option_value){.key = "heartbeat", .value = world->url, .secret = true};
    world->setup = (struct setup){.heartbeat = &world->address, .heartbeat_ms = EVERY_MS};
    heart_setup(world->heart, &world->setup);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    struct error err = {0};
    const struct http_options options = {.user_agent = "digestd/test"};
    stand_start(&world->stand, serve);
    world->loop = loop_new(&err);
    world->http = http_new(world->loop, &options, &err);
    world->well = true;
    world->heart = heart_new(world->loop, world->http, is_well, world);
    alarm(60);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    heart_free(world->heart);
    http_free(world->http);
    loop_free(world->loop);
    stand_stop(&world->stand);
    free(world);
    return 0;
}

static void wait_for(struct world *world, int requests)
{
    for (int i = 0; i < 500 && world->stand.book->requests < requests; i++)
        net_wait(world->loop, 20);
    assert_true(world->stand.book->requests >= requests);
}

static void test_beats(void **state)
{
    struct world *world = *state;
    use(world, "ok");
    wait_for(world, 4);
    assert_in_range(world->stand.book->requests, 4, world->asked); /* none without being asked whether well */
    assert_int_equal(world->stand.book->connections, 1);
}

static void test_silent_while_unwell(void **state)
{
    struct world *world = *state;
    use(world, "ok");
    wait_for(world, 2);
    world->well = false;
    net_wait(world->loop, 2 * EVERY_MS); /* what was under way */
    int requests = world->stand.book->requests, asked = world->asked;
    while (world->asked < asked + 5)
        net_wait(world->loop, EVERY_MS);
    assert_int_equal(world->stand.book->requests, requests);
    world->well = true;
    wait_for(world, requests + 2);
}

static void test_taken_out(void **state)
{
    struct world *world = *state;
    struct setup without = {0};
    use(world, "ok");
    wait_for(world, 1);
    heart_setup(world->heart, &without);
    net_wait(world->loop, 2 * EVERY_MS);
    int requests = world->stand.book->requests;
    net_wait(world->loop, 5 * EVERY_MS);
    assert_int_equal(world->stand.book->requests, requests);
    use(world, "ok");
    wait_for(world, requests + 1);
}

/* What the log says while `path` is beaten, until `beats` more have come. */
static void beat_logged(struct world *world, const char *path, int beats)
{
    use(world, path);
    wait_for(world, world->stand.book->requests + beats);
    net_wait(world->loop, 2 * EVERY_MS);
}

static int lines_with(const char *text, const char *words)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, words)); at++)
        count++;
    return count;
}

static void test_said_once(void **state)
{
    struct world *world = *state;
    char path[] = "/tmp/digestd-heart-XXXXXX", text[8192] = "";
    int file = mkstemp(path), errors = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
    beat_logged(world, "no", 3);
    beat_logged(world, "silent", 3);
    beat_logged(world, "ok", 3);
    beat_logged(world, "silent", 2);
    dup2(errors, STDERR_FILENO);
    close(errors);
    assert_true(pread(file, text, sizeof text - 1, 0) > 0);
    close(file);
    unlink(path);
    assert_int_equal(lines_with(text, "is not told that all is well"), 2);
    assert_int_equal(lines_with(text, "/… is not told that all is well: it answered 404."), 1);
    assert_int_equal(lines_with(text, ": the connection was closed"), 1);
    assert_int_equal(lines_with(text, "it is told again that all is well"), 1);
    assert_int_equal(lines_with(text, "s3cret"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_beats, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_silent_while_unwell, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_taken_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_said_once, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
