/* The edge of the room: frames, rows, dropped files, the archive. Sockets are this file's own: they keep what
 * was sent to them. */
#include "unit.h"

#include "adapters/adapter.h"
#include "adapters/room.h"
#include "core/explained.h"
#include "daemon/archive.h"
#include "daemon/room.h"
#include "state/channels.h"
#include "state/editions.h"
#include "state/room.h"
#include <jansson.h>

enum { FRAMES_MAX = 400 };

struct socket {
    void *data;
    char *frames[FRAMES_MAX];
    size_t count;
    int closed; /* code, 0 = open */
};

void socket_send(struct socket *socket, const char *text, size_t len)
{
    assert_true(socket->count < FRAMES_MAX);
    assert_true(len < 256 * 1024);
    socket->frames[socket->count] = strndup(text, len);
    assert_non_null(socket->frames[socket->count]);
    socket->count++;
}

void socket_close(struct socket *socket, int code, const char *why)
{
    assert_non_null(why);
    socket->closed = code;
}

void socket_set_data(struct socket *socket, void *data)
{
    socket->data = data;
}

void *socket_data(struct socket *socket)
{
    return socket->data;
}

static void forget(struct socket *socket)
{
    for (size_t i = 0; i < socket->count; i++)
        free(socket->frames[i]);
    socket->count = 0;
    socket->closed = 0;
}

/* --- a room with a state file in memory --- */

struct scene {
    struct state *state;
    struct setup setup;
    struct channel channels[3];
    struct room *room;
    struct socket socket;
    int64_t channel, other;
    int64_t boot_ms;
    char said[4096]; /* the last, as channel|client|name|text|ref */
    int said_count;
    char ticket[64], name[256];
    bool cannot_read;
    bool other_path;
};

static struct now tell_now(void *context)
{
    struct scene *scene = context;
    return (struct now){.wall_ms = 1000, .boot_ms = scene->boot_ms};
}

static void hear(const char *channel, const char *client, const char *name, const char *text, const char *ref,
    void *context)
{
    struct scene *scene = context;
    scene->said_count++;
    snprintf(scene->said, sizeof scene->said, "%s|%s|%s|%s|%s", channel, client, name, text, ref);
}

static int begin_read(
    const char *ticket, const char *name, const void *bytes, size_t len, void *context, struct error *err)
{
    struct scene *scene = context;
    assert_true(len == 0 || bytes);
    if (scene->cannot_read)
        return error_set(err, "no child \"could\" start");
    snprintf(scene->ticket, sizeof scene->ticket, "%s", ticket);
    snprintf(scene->name, sizeof scene->name, "%s", name);
    return 0;
}

static bool answer_other(const struct server_request *request, struct server_answer *answer, void *context)
{
    struct scene *scene = context;
    if (strcmp(request->path, "/healthz") != 0)
        return false;
    scene->other_path = true;
    *answer = (struct server_answer){.status = 200, .type = "text/plain", .body = "ok", .body_len = 2};
    return true;
}

static const struct command week = {
    .name = "week", .arguments = "[which]", .help_en = "this week", .help_zh = "本周"};
static const struct command post = {
    .name = "post", .arguments = "WHAT", .help_en = "post", .help_zh = "发", .editors = true};
static const struct command start = {
    .name = "start", .arguments = "", .help_en = "start", .help_zh = "开始", .hidden = true};
static const struct command *const commands[] = {&week, &post, &start, NULL};
static const struct adapter far_away = {.name = "far"};

static struct room_hooks hooks_of(struct scene *scene)
{
    return (struct room_hooks){
        .context = scene, .now = tell_now, .said = hear, .read = begin_read, .other = answer_other};
}

static int set_up(void **slot)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    struct error err = {0};
    scene->boot_ms = 5000;
    scene->state = state_open("", STATE_MEMORY, 1000, &err);
    assert_non_null(scene->state);
    const char *names[] = {"far", "room", "second"};
    for (size_t i = 0; i < 3; i++)
        scene->channels[i] = (struct channel){.name = names[i],
            .language = "zh",
            .settings = {.adapter = i ? &room_adapter : &far_away, .name = names[i]}};
    scene->setup =
        (struct setup){.language = "zh", .channels = scene->channels, .channel_count = 3, .demo = true};
    assert_int_equal(state_channel_add(scene->state, "room", 0, 1000, &scene->channel, &err), 0);
    assert_int_equal(state_channel_add(scene->state, "second", 0, 1000, &scene->other, &err), 0);
    struct room_hooks hooks = hooks_of(scene);
    scene->room = room_new(scene->state, &scene->setup, commands, 7, &hooks, &err);
    assert_non_null(scene->room);
    struct server_request request = {.method = "GET", .path = "/room/ws", .query = "", .language = ""};
    room_opened(&scene->socket, &request, scene->room);
    *slot = scene;
    return 0;
}

static int take_down(void **slot)
{
    struct scene *scene = *slot;
    room_closed(&scene->socket, scene->room);
    room_closed(&scene->socket, scene->room); /* a second time does nothing */
    assert_int_equal(room_members(scene->room), 0);
    forget(&scene->socket);
    room_free(scene->room);
    state_close(scene->state);
    free(scene);
    return 0;
}

static int64_t add_row(struct scene *scene, const char *kind, const char *body)
{
    struct error err = {0};
    int64_t id = 0;
    struct room_row row = {.kind = kind, .who = "阿明", .body = body, .at = 1700000000000};
    assert_int_equal(state_room_add(scene->state, scene->channel, &row, &id, &err), 0);
    return id;
}

static void add_rows(struct scene *scene, int count)
{
    for (int i = 0; i < count; i++)
        add_row(scene, "said", "你好");
}

static void tell(struct scene *scene, const char *text)
{
    room_message(&scene->socket, text, strlen(text), scene->room);
}

/* Frame `at` of those sent, or NULL; the caller ends it. */
static json_t *sent(struct scene *scene, size_t at)
{
    assert_true(at < scene->socket.count);
    json_t *frame = json_loads(scene->socket.frames[at], 0, NULL);
    assert_non_null(frame);
    return frame;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "(none)";
}

static long long id_at(const json_t *frame, size_t at)
{
    return json_integer_value(json_object_get(json_array_get(json_object_get(frame, "rows"), at), "id"));
}

static size_t rows_in(const json_t *frame)
{
    return json_array_size(json_object_get(frame, "rows"));
}

/* --- the hello --- */

static void first_page_is_the_newest_rows(void **slot)
{
    struct scene *scene = *slot;
    add_rows(scene, 45);
    tell(scene, "{\"t\":\"hello\",\"client\":\"abc\",\"after\":0}");
    assert_int_equal(scene->socket.count, 3);
    json_t *welcome = sent(scene, 0), *rows = sent(scene, 1), *ready = sent(scene, 2);
    assert_string_equal(text_of(welcome, "t"), "welcome");
    assert_string_equal(text_of(welcome, "channel"), "room");
    assert_int_equal(json_array_size(json_object_get(welcome, "channels")), 2);
    assert_true(json_is_true(json_object_get(welcome, "demo")));
    assert_true(json_is_true(json_object_get(welcome, "read")));
    const json_t *offered = json_object_get(welcome, "commands");
    assert_int_equal(json_array_size(offered), 1); /* neither those of editors nor hidden ones */
    assert_string_equal(text_of(json_array_get(offered, 0), "name"), "week");
    assert_int_equal(rows_in(rows), 40);
    assert_int_equal(id_at(rows, 0), 6);
    assert_int_equal(id_at(rows, 39), 45);
    assert_true(json_is_true(json_object_get(rows, "fresh")));
    assert_true(json_is_true(json_object_get(rows, "more")));
    assert_string_equal(text_of(ready, "t"), "ready");
    json_decref(welcome), json_decref(rows), json_decref(ready);
    forget(&scene->socket);

    tell(scene, "{\"t\":\"older\",\"before\":6}");
    json_t *older = sent(scene, 0);
    assert_int_equal(rows_in(older), 5);
    assert_true(json_is_true(json_object_get(older, "older")));
    assert_true(json_is_false(json_object_get(older, "more")));
    json_decref(older);
}

static void the_first_room_is_one_the_reader_understands(void **slot)
{
    struct scene *scene = *slot;
    scene->channels[2].language = "en";
    static const char *const cases[][2] = {{"\"language\":\"en\"", "second"}, {"\"language\":\"zh\"", "room"},
        {"\"language\":\"fr\"", "room"}, {"\"channel\":\"far\",\"language\":\"en\"", "second"},
        {"\"channel\":\"room\",\"language\":\"en\"", "room"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        snprintf(text, sizeof text, "{\"t\":\"hello\",%s}", cases[i][0]);
        tell(scene, text);
        json_t *welcome = sent(scene, 0);
        assert_string_equal(text_of(welcome, "channel"), cases[i][1]);
        json_decref(welcome);
        forget(&scene->socket);
    }
}

static char *epoch_of(struct scene *scene)
{
    tell(scene, "{\"t\":\"hello\"}");
    json_t *welcome = sent(scene, 0);
    char *epoch = strdup(text_of(welcome, "epoch"));
    json_decref(welcome);
    forget(&scene->socket);
    return epoch;
}

static void hello_after(struct scene *scene, int after, const char *epoch)
{
    char text[256];
    snprintf(text, sizeof text, "{\"t\":\"hello\",\"client\":\"abc\",\"after\":%d,\"epoch\":\"%s\"}", after,
        epoch);
    tell(scene, text);
}

static void a_page_that_comes_back_gets_what_it_missed(void **slot)
{
    struct scene *scene = *slot;
    add_rows(scene, 10);
    char *epoch = epoch_of(scene);
    hello_after(scene, 7, epoch);
    json_t *rows = sent(scene, 1);
    assert_int_equal(rows_in(rows), 3);
    assert_int_equal(id_at(rows, 0), 8);
    assert_null(json_object_get(rows, "fresh"));
    assert_null(json_object_get(rows, "more"));
    json_decref(rows);
    forget(&scene->socket);

    hello_after(scene, 10, epoch); /* nothing was missed */
    rows = sent(scene, 1);
    assert_int_equal(rows_in(rows), 0);
    json_decref(rows);
    forget(&scene->socket);

    hello_after(scene, 7, "0000000000000000"); /* rows of another state file */
    rows = sent(scene, 1);
    assert_int_equal(rows_in(rows), 10);
    assert_true(json_is_true(json_object_get(rows, "fresh")));
    json_decref(rows);
    forget(&scene->socket);

    add_rows(scene, 201); /* too many: a new first page, so that no gap stays */
    hello_after(scene, 10, epoch);
    rows = sent(scene, 1);
    assert_int_equal(rows_in(rows), 40);
    assert_true(json_is_true(json_object_get(rows, "fresh")));
    assert_true(json_is_true(json_object_get(rows, "more")));
    json_decref(rows);
    free(epoch);
}

static void frames_stay_small(void **slot)
{
    struct scene *scene = *slot;
    size_t len = 90000;
    char *body = malloc(len + 200);
    assert_non_null(body);
    int head = snprintf(body, 100, "{\"html\":\"<p>");
    memset(body + head, 'x', len);
    snprintf(body + head + (int)len, 100, "</p>\",\"plain\":\"short\",\"buttons\":[]}");
    for (int i = 0; i < 4; i++)
        add_row(scene, "post", body);
    tell(scene, "{\"t\":\"hello\"}");
    json_t *rows = sent(scene, 1);
    assert_int_equal(rows_in(rows), 1); /* two would be larger than a frame may be */
    assert_int_equal(id_at(rows, 0), 4);
    assert_true(json_is_true(json_object_get(rows, "more")));
    json_decref(rows);
    free(body);
    forget(&scene->socket);

    json_t *object = json_object();
    char *large = malloc(200001);
    assert_non_null(large);
    for (size_t i = 0; i + 3 <= 200000; i += 3)
        memcpy(large + i, "字", 3);
    large[199998] = '\0';
    json_object_set_new(object, "html", json_string(large));
    json_object_set_new(object, "plain", json_string(large));
    char *text = json_dumps(object, 0);
    room_changed(scene->room, "room", add_row(scene, "answer", text), false);
    json_t *frame = sent(scene, 0); /* valid JSON, so no character was cut in two */
    const char *html = text_of(json_object_get(frame, "row"), "html");
    assert_true(strlen(html) < 9000);
    assert_non_null(strstr(html, "…"));
    json_decref(frame);
    json_decref(object);
    free(text);
    free(large);
}

/* --- saying --- */

static void what_is_said_goes_to_the_desk(void **slot)
{
    struct scene *scene = *slot;
    tell(scene, "{\"t\":\"say\",\"ref\":\"r0\",\"name\":\"x\",\"text\":\"before the hello\"}");
    assert_int_equal(scene->said_count, 0);
    tell(scene, "{\"t\":\"hello\",\"client\":\"abc\",\"channel\":\"room\"}");
    forget(&scene->socket);
    tell(scene, "{\"t\":\"say\",\"ref\":\"r1\",\"name\":\" 阿\\n明 \",\"text\":\"  /week\\t2 \\u0007 \"}");
    assert_int_equal(scene->said_count, 1);
    assert_string_equal(scene->said, "room|abc|阿 明|/week 2|r1");
    assert_int_equal(scene->socket.count, 0); /* acknowledged only when the desk has it */
    room_said_done(scene->room, "second", "abc", "r1");
    room_said_done(scene->room, "room", "somebody-else", "r1");
    assert_int_equal(scene->socket.count, 0);
    room_said_done(scene->room, "room", "abc", "r1");
    json_t *ack = sent(scene, 0);
    assert_string_equal(text_of(ack, "t"), "ack");
    assert_string_equal(text_of(ack, "ref"), "r1");
    json_decref(ack);
}

static void assert_refused(struct scene *scene, const char *frame, const char *why)
{
    int before = scene->said_count;
    forget(&scene->socket);
    tell(scene, frame);
    assert_int_equal(scene->said_count, before);
    json_t *no = sent(scene, 0);
    assert_string_equal(text_of(no, "t"), "no");
    assert_string_equal(text_of(no, "why"), why);
    json_decref(no);
}

static void saying_has_limits(void **slot)
{
    struct scene *scene = *slot;
    char text[4096], filler[2200];
    tell(scene, "{\"t\":\"hello\",\"client\":\"abc\"}");
    assert_refused(scene, "{\"t\":\"say\",\"ref\":\"r\",\"name\":\"x\",\"text\":\" \\n \"}", "empty");
    memset(filler, 'a', sizeof filler - 1);
    filler[sizeof filler - 1] = '\0';
    snprintf(text, sizeof text, "{\"t\":\"say\",\"ref\":\"r\",\"name\":\"x\",\"text\":\"%s\"}", filler);
    assert_refused(scene, text, "long");
    forget(&scene->socket);
    tell(scene, "{\"t\":\"say\",\"ref\":\"a b\",\"text\":\"x\"}"); /* no ref: nothing to answer */
    tell(scene, "{\"t\":\"say\",\"text\":\"x\"}");
    assert_int_equal(scene->socket.count, 0);
    assert_int_equal(scene->said_count, 0);
    for (int i = 0; i < 60; i++)
        tell(scene, "{\"t\":\"say\",\"ref\":\"r\",\"name\":\"\",\"text\":\"x\"}");
    assert_in_range(scene->said_count, 15, 25);
    assert_string_equal(scene->said, "room|abc|?|x|r");
    assert_refused(scene, "{\"t\":\"say\",\"ref\":\"r\",\"name\":\"x\",\"text\":\"x\"}", "fast");
    scene->boot_ms += 3000;
    int before = scene->said_count;
    tell(scene, "{\"t\":\"say\",\"ref\":\"r\",\"name\":\"x\",\"text\":\"x\"}");
    assert_int_equal(scene->said_count, before + 1);
}

static void nonsense_changes_nothing(void **slot)
{
    struct scene *scene = *slot;
    static const char *const frames[] = {"", "{", "[]", "7", "null", "{\"t\":7}", "{\"t\":\"nobody\"}",
        "{\"t\":\"older\"}", "{\"t\":\"older\",\"before\":-5}", "{\"t\":\"say\",\"ref\":[],\"text\":{}}",
        "{\"t\":\"say\"}"};
    tell(scene, "{\"t\":\"hello\",\"client\":7,\"channel\":{},\"after\":\"x\",\"epoch\":null}");
    forget(&scene->socket);
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
        tell(scene, frames[i]);
    assert_int_equal(scene->socket.count, 0);
    assert_int_equal(scene->said_count, 0);
    assert_int_equal(scene->socket.closed, 0);
    tell(scene, "{\"t\":\"ping\"}");
    assert_string_equal(scene->socket.frames[0], "{\"t\":\"pong\"}");
    for (int i = 0; i < 100 && !scene->socket.closed; i++)
        tell(scene, "{\"t\":\"hello\"}");
    assert_int_equal(scene->socket.closed, 1008); /* reading again and again has an end */
}

/* --- live rows --- */

static void rows_come_live_to_their_room_only(void **slot)
{
    struct scene *scene = *slot;
    struct socket second = {0};
    struct server_request request = {.method = "GET", .path = "/room/ws", .query = "", .language = ""};
    room_opened(&second, &request, scene->room);
    assert_int_equal(room_members(scene->room), 2);
    tell(scene, "{\"t\":\"hello\"}");
    room_message(&second, "{\"t\":\"hello\",\"channel\":\"second\"}", 34, scene->room);
    forget(&scene->socket);
    forget(&second);
    int64_t id = add_row(scene, "post",
        "{\"html\":\"<p>一</p>\",\"plain\":\"一\",\"buttons\":[[{\"label\":\"下一页\",\"command\":\"/search "
        "x 2\"}]]}");
    room_changed(scene->room, "room", id, false);
    room_changed(scene->room, "room", id, true);
    room_changed(scene->room, "room", 999, false); /* pruned meanwhile */
    assert_int_equal(second.count, 0);
    assert_int_equal(scene->socket.count, 2);
    json_t *frame = sent(scene, 0), *again = sent(scene, 1);
    const json_t *row = json_object_get(frame, "row");
    assert_string_equal(text_of(row, "html"), "<p>一</p>");
    assert_string_equal(text_of(row, "kind"), "post");
    assert_null(json_object_get(frame, "edited"));
    assert_true(json_is_true(json_object_get(again, "edited")));
    const json_t *button = json_array_get(json_array_get(json_object_get(row, "buttons"), 0), 0);
    assert_string_equal(text_of(button, "command"), "/search x 2");
    json_decref(frame), json_decref(again);
    room_closed(&second, scene->room);
    assert_int_equal(room_members(scene->room), 1);
    forget(&second);
}

static void a_new_setup_sends_the_pages_back(void **slot)
{
    struct scene *scene = *slot;
    tell(scene, "{\"t\":\"hello\"}");
    room_setup(scene->room, &scene->setup);
    assert_int_equal(scene->socket.closed, 1012);
    forget(&scene->socket);
    room_changed(scene->room, "room", add_row(scene, "said", "x"), false);
    assert_int_equal(scene->socket.count, 0);
}

/* --- HTTP --- */

static struct server_answer get(
    struct scene *scene, const char *method, const char *path, const char *language)
{
    struct server_request request = {
        .method = method, .path = path, .query = "", .language = language, .peer = "", .body = ""};
    struct server_answer answer = {0};
    room_request(&request, &answer, scene->room);
    assert_non_null(answer.type);
    return answer;
}

static void assert_body_has(const struct server_answer *answer, const char *part)
{
    if (!memmem(answer->body, answer->body_len, part, strlen(part)))
        fail_msg("no %s in %.*s", part, (int)answer->body_len, answer->body);
}

static void assert_body_lacks(const struct server_answer *answer, const char *part)
{
    if (memmem(answer->body, answer->body_len, part, strlen(part)))
        fail_msg("%s in %.*s", part, (int)answer->body_len, answer->body);
}

static void the_page_is_served(void **slot)
{
    struct scene *scene = *slot;
    struct server_answer answer = get(scene, "GET", "/", "zh-CN,zh;q=0.9");
    assert_int_equal(answer.status, 200);
    assert_body_has(&answer, "/app.js");
    assert_non_null(answer.etag);
    static const char *const parts[] = {"/app.js", "/app.css", "/icon.svg", "/favicon.ico", "/dom.js",
        "/reading.js", "/rows.js", "/typing.js", "/wire.js", "/words.js"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        answer = get(scene, "HEAD", parts[i], "");
        assert_int_equal(answer.status, 200);
        assert_true(answer.body_len > 100);
    }
    answer = get(scene, "GET", "/nothing", "zh");
    assert_int_equal(answer.status, 404);
    assert_body_has(&answer, "没有这一页");
    answer = get(scene, "GET", "/nothing", "de");
    assert_body_has(&answer, "No such page");
    assert_int_equal(get(scene, "DELETE", "/", "").status, 405);
    assert_int_equal(get(scene, "GET", "/healthz", "").status, 200);
    assert_true(scene->other_path);
}

/* --- dropped files and the archive --- */

static struct node *paragraph(struct arena *arena, const char *text)
{
    struct node *document = node_new(arena, NODE_DOCUMENT);
    node_add_text(arena, node_add(arena, document, NODE_PARAGRAPH), text);
    return document;
}

static struct digest *make_digest(struct arena *arena)
{
    struct digest *digest = arena_alloc(arena, sizeof *digest);
    struct edition *edition = arena_alloc(arena, sizeof *edition);
    struct section *section = arena_alloc(arena, sizeof *section);
    struct item *items = arena_array(arena, 2, sizeof *items);
    struct link *link = arena_alloc(arena, sizeof *link);
    const char **questions = arena_array(arena, 2, sizeof *questions);
    questions[0] = "为什么？";
    questions[1] = "a < b?";
    *link = (struct link){.url = "https://example.org/a?b=1&c=2", .label = "ref."};
    items[0] = (struct item){.title = "一 <script>alert(1)</script>",
        .body = paragraph(arena, "正文 & <b>"),
        .links = link,
        .link_count = 1,
        .questions = questions,
        .question_count = 2};
    struct image *images = arena_array(arena, 2, sizeof *images);
    images[0] = (struct image){.url = "https://example.org/a.png", .alt = "图 \"a\""};
    images[1] = (struct image){.url = "/assets/b.png", .alt = "相对"};
    items[1] = (struct item){.title = "二",
        .title_url = "javascript:alert(1)",
        .body = paragraph(arena, "第二条"),
        .images = images,
        .image_count = 2};
    *section = (struct section){.title = "热点 \"回顾\"", .items = items, .item_count = 2};
    *edition = (struct edition){.id = "2026 周/刊",
        .title = "周刊<一>",
        .date = "2026-11-20",
        .language = "zh",
        .sections = section,
        .section_count = 1};
    *digest = (struct digest){.editions = edition, .count = 1};
    return digest;
}

static struct server_answer drop(struct scene *scene, const char *query, size_t len)
{
    char *body = calloc(1, len + 1);
    assert_non_null(body);
    struct server_request request = {.method = "POST",
        .path = "/room/read",
        .query = query,
        .language = "",
        .peer = "",
        .body = body,
        .body_len = len};
    struct server_answer answer = {0};
    room_request(&request, &answer, scene->room);
    free(body);
    return answer;
}

/* Of a feed the newest edition is shown, and how many there are. */
static void of_several_the_newest_is_shown(void **slot)
{
    struct scene *scene = *slot;
    char path[256];
    struct arena arena = {0};
    struct digest *digest = make_digest(&arena);
    struct edition *editions = arena_array(&arena, 2, sizeof *editions);
    editions[0] = editions[1] = digest->editions[0];
    editions[0].title = "older";
    editions[1].title = "newest";
    *digest = (struct digest){.editions = editions, .count = 2};
    assert_int_equal(drop(scene, "name=feed.xml", 10).status, 202);
    room_read_done(scene->room, scene->ticket, digest, NULL, NULL);
    arena_free(&arena);
    snprintf(path, sizeof path, "/room/read/%s", scene->ticket);
    struct server_answer answer = get(scene, "GET", path, "");
    assert_body_has(&answer, "\"title\":\"newest\"");
    assert_body_has(&answer, "\"editions\":2");
}

static void a_dropped_file_is_shown(void **slot)
{
    struct scene *scene = *slot;
    char path[256];
    struct server_answer answer = drop(scene, "name=a%2Fb%2F%E5%91%A8%ff.md", 10);
    assert_int_equal(answer.status, 202);
    assert_string_equal(scene->name, "周\xef\xbf\xbd.md");
    assert_body_has(&answer, scene->ticket);
    snprintf(path, sizeof path, "/room/read/%s", scene->ticket);
    assert_int_equal(get(scene, "GET", path, "").status, 202);
    struct arena arena = {0};
    room_read_done(scene->room, "not a ticket", NULL, "x", NULL);
    struct explanation explanation = {0};
    explain(&explanation, &arena, 3, 4, RULE_ITEM_HEADING, "a <b> title");
    room_read_done(scene->room, scene->ticket, make_digest(&arena), NULL, &explanation);
    arena_free(&arena); /* the room has its own copy */
    answer = get(scene, "GET", path, "");
    assert_int_equal(answer.status, 200);
    assert_body_has(
        &answer, "\"counts\":{\"sections\":1,\"items\":2,\"questions\":2,\"links\":1,\"images\":2}");
    assert_body_has(&answer, "周刊<一>");
    assert_body_has(&answer,
        "\"explained\":[{\"line\":3,\"end_line\":4,\"role\":\"item\",\"name\":\"item\",\"text\":\"a <b> "
        "title\",\"says\":\"a heading of the items' level\",\"rule\":\"item-heading\"}]");
    answer = get(scene, "GET", path, "zh-CN,zh;q=0.9");
    assert_body_has(&answer, "\"name\":\"条目\"");
    assert_body_has(&answer, "\"says\":\"条目一级的标题\"");
    snprintf(path, sizeof path, "/room/read/%s/1", scene->ticket);
    answer = get(scene, "GET", path, "");
    json_t *object = json_loadb(answer.body, answer.body_len, 0, NULL);
    const json_t *forms = json_object_get(object, "forms");
    size_t count = json_array_size(forms), platforms = 0;
    while (adapters[platforms])
        platforms++;
    assert_int_equal(count, platforms);
    assert_string_equal(text_of(json_array_get(forms, 0), "name"), "room");
    assert_string_equal(text_of(json_array_get(forms, 1), "name"), "telegram");
    assert_string_equal(text_of(json_array_get(forms, count - 1), "name"), "text");
    const json_t *shown = json_array_get(json_object_get(json_array_get(forms, 0), "parts"), 0);
    assert_non_null(strstr(text_of(shown, "html"), "&lt;script&gt;"));
    shown = json_array_get(json_object_get(json_array_get(forms, 1), "parts"), 0);
    assert_non_null(strstr(text_of(shown, "html"), "<b>"));
    assert_int_equal(json_integer_value(json_object_get(shown, "limit")), 4096);
    assert_in_range(json_integer_value(json_object_get(shown, "units")), 20, 400);
    for (size_t i = 2; i < count; i++) { /* what has no HTML is shown as its text, not as its JSON */
        shown = json_array_get(json_object_get(json_array_get(forms, i), "parts"), 0);
        bool own = !strcmp(text_of(json_array_get(forms, i), "name"), "wecom");
        assert_non_null(strstr(text_of(shown, "text"), own ? "＜script＞" : "<script>"));
        bool data = !strcmp(text_of(json_array_get(forms, i), "name"), "webhook");
        assert_int_equal(text_of(shown, "text")[0] == '{', data);
    }
    json_decref(object);
    snprintf(path, sizeof path, "/room/read/%s/3", scene->ticket);
    assert_int_equal(get(scene, "GET", path, "").status, 404);
}

static void dropped_files_have_limits(void **slot)
{
    struct scene *scene = *slot;
    char path[256];
    assert_int_equal(drop(scene, "", ROOM_READ_MAX + 1).status, 413);
    scene->cannot_read = true;
    struct server_answer answer = drop(scene, "name=x.md", 1);
    assert_int_equal(answer.status, 503);
    assert_body_has(&answer, "no child \\\"could\\\" start");
    scene->cannot_read = false;
    assert_int_equal(drop(scene, "name=x.md", 0).status, 202);
    assert_int_equal(drop(scene, "name=y.md", 1).status, 202);
    assert_int_equal(drop(scene, "name=z.md", 1).status, 429); /* two at once are enough */
    char first[64];
    snprintf(first, sizeof first, "%s", scene->ticket);
    struct arena arena = {0};
    struct explanation explanation = {0};
    explain(&explanation, &arena, 3, 3, RULE_INTRO, "words");
    room_read_done(scene->room, first, NULL, "y.md:3:1: no \"edition\"", &explanation);
    arena_free(&arena);
    snprintf(path, sizeof path, "/room/read/%s", first);
    answer = get(scene, "GET", path, "");
    assert_int_equal(answer.status, 200);
    assert_body_has(&answer, "{\"error\":\"y.md:3:1: no \\\"edition\\\"\",\"explained\":[{\"line\":3,");
    for (int i = 0; i < 12; i++) { /* old ones make room */
        assert_int_equal(drop(scene, "name=x.md", 1).status, 202);
        room_read_done(scene->room, scene->ticket, NULL, "x", NULL);
    }
    assert_int_equal(get(scene, "GET", path, "").status, 404);
    assert_int_equal(get(scene, "GET", "/room/read/", "").status, 404);
    assert_int_equal(
        get(scene, "GET", "/room/read/0123456789012345678901234567890123456789", "").status, 404);
}

static void the_archive_is_plain_and_escaped(void **slot)
{
    struct scene *scene = *slot;
    struct arena arena = {0};
    struct error err = {0};
    struct import_report report = {0};
    struct digest *digest = make_digest(&arena);
    assert_int_equal(
        state_import(scene->state, &arena, "aigc", "", digest->editions, 1000, 1000, &report, &err), 0);
    struct server_answer answer = get(scene, "GET", "/archive", "zh");
    assert_body_has(&answer, "还没有发布过");
    assert_int_equal(get(scene, "GET", "/archive/aigc/2026-周-刊", "zh").status, 404); /* not published yet */
    assert_int_equal(state_publish_due(scene->state, 2000, "2026-11-23", &err), 0);
    answer = get(scene, "GET", "/archive", "en-US");
    assert_body_has(&answer, "<html lang=\"en\">");
    assert_body_has(&answer, "<a href=\"/archive/aigc/2026-%E5%91%A8-%E5%88%8A\"");
    assert_body_has(&answer, "周刊&lt;一&gt;");
    assert_body_has(&answer, "2 items");
    answer = get(scene, "GET", "/archive/aigc/2026-周-刊", "en-US");
    assert_int_equal(answer.status, 200);
    assert_body_has(&answer, "<html lang=\"zh\">");
    assert_body_has(&answer, "<article id=\"1\">");
    assert_body_has(&answer, "热点 &quot;回顾&quot;");
    assert_body_has(&answer, "<details><summary>探索之问（2）</summary>");
    assert_body_has(&answer, "https://example.org/a?b=1&amp;c=2");
    assert_body_has(&answer, "正文 &amp; &lt;b&gt;");
    assert_body_has(&answer, "alt=\"图 &quot;a&quot;\" src=\"https://example.org/a.png\"");
    assert_body_lacks(&answer, "/assets/b.png");
    assert_body_lacks(&answer, "<script");
    assert_body_lacks(&answer, "javascript:");
    assert_body_lacks(&answer, "style=");
    assert_int_equal(
        get(scene, "GET", "/archive/aigc/2026", "zh").status, 404); /* no guessing at addresses */
    assert_int_equal(get(scene, "GET", "/archive/aigc", "zh").status, 404);
    assert_int_equal(get(scene, "GET", "/archive/aigc/", "zh").status, 404);
    assert_int_equal(get(scene, "POST", "/archive", "zh").status, 405);
    arena_free(&arena);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, take_down)
    const struct CMUnitTest tests[] = {
        CASE(first_page_is_the_newest_rows),
        CASE(the_first_room_is_one_the_reader_understands),
        CASE(a_page_that_comes_back_gets_what_it_missed),
        CASE(frames_stay_small),
        CASE(what_is_said_goes_to_the_desk),
        CASE(saying_has_limits),
        CASE(nonsense_changes_nothing),
        CASE(rows_come_live_to_their_room_only),
        CASE(a_new_setup_sends_the_pages_back),
        CASE(the_page_is_served),
        CASE(a_dropped_file_is_shown),
        CASE(of_several_the_newest_is_shown),
        CASE(dropped_files_have_limits),
        CASE(the_archive_is_plain_and_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
