#include "core/utf8.h"
#include "daemon/archive.h"
#include "daemon/room_parts.h"

enum {
    ARCHIVE_BYTES_MAX = 64 << 20,
    NAME_MAX_BYTES = 255,
    NAME_POINTS_MAX = 120,
    ARCHIVE_PAGES_MAX = 100000
};

#define ASSET_BYTES(symbol)                                                                                  \
    extern const unsigned char embedded_##symbol##_data[];                                                   \
    extern const size_t embedded_##symbol##_size;

ASSET_BYTES(index_html)
ASSET_BYTES(app_css)
ASSET_BYTES(icon_svg)
ASSET_BYTES(app_js)
ASSET_BYTES(dom_js)
ASSET_BYTES(reading_js)
ASSET_BYTES(rows_js)
ASSET_BYTES(typing_js)
ASSET_BYTES(wire_js)
ASSET_BYTES(words_js)

/* --- the page's own files --- */

/* FNV-1a: an ETag only has to differ when the bytes do. */
static uint64_t hash(const unsigned char *bytes, size_t len)
{
    uint64_t value = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < len; i++)
        value = (value ^ bytes[i]) * UINT64_C(1099511628211);
    return value;
}

static void add_asset(
    struct room *room, const char *path, const char *type, const unsigned char *bytes, size_t len)
{
    struct asset *asset = &room->assets[room->asset_count++];
    *asset = (struct asset){.path = path, .type = type, .bytes = bytes, .len = len};
    snprintf(asset->etag, sizeof asset->etag, "\"%016llx\"", (unsigned long long)hash(bytes, len));
}

void room_load_assets(struct room *room)
{
    static const char script[] = "text/javascript; charset=utf-8";
    static const char picture[] = "image/svg+xml";
    add_asset(room, "/", "text/html; charset=utf-8", embedded_index_html_data, embedded_index_html_size);
    add_asset(room, "/app.css", "text/css; charset=utf-8", embedded_app_css_data, embedded_app_css_size);
    add_asset(room, "/icon.svg", picture, embedded_icon_svg_data, embedded_icon_svg_size);
    add_asset(room, "/favicon.ico", picture, embedded_icon_svg_data, embedded_icon_svg_size);
    add_asset(room, "/app.js", script, embedded_app_js_data, embedded_app_js_size);
    add_asset(room, "/dom.js", script, embedded_dom_js_data, embedded_dom_js_size);
    add_asset(room, "/reading.js", script, embedded_reading_js_data, embedded_reading_js_size);
    add_asset(room, "/rows.js", script, embedded_rows_js_data, embedded_rows_js_size);
    add_asset(room, "/typing.js", script, embedded_typing_js_data, embedded_typing_js_size);
    add_asset(room, "/wire.js", script, embedded_wire_js_data, embedded_wire_js_size);
    add_asset(room, "/words.js", script, embedded_words_js_data, embedded_words_js_size);
}

static bool answer_asset(
    struct room *room, const struct server_request *request, struct server_answer *answer)
{
    for (size_t i = 0; i < room->asset_count; i++) {
        const struct asset *asset = &room->assets[i];
        if (strcmp(asset->path, request->path))
            continue;
        *answer = (struct server_answer){.status = 200,
            .type = asset->type,
            .body = (const char *)asset->bytes,
            .body_len = asset->len,
            .cache = "no-cache",
            .etag = asset->etag};
        return true;
    }
    return false;
}

/* --- answers made here --- */

const char *room_language(const char *accept)
{
    /* The first language named decides, as browsers put the reader's own first. */
    accept += strspn(accept, " \t");
    return !strncmp(accept, "zh", 2) ? "zh" : "en";
}

static void answer_body(struct room *room, struct server_answer *answer, int status, const char *type)
{
    *answer = (struct server_answer){
        .status = status, .type = type, .body = room->answer.data, .body_len = room->answer.len};
}

static void answer_html(struct room *room, struct server_answer *answer, int status)
{
    answer_body(room, answer, status, "text/html; charset=utf-8");
}

/* Takes the JSON over. */
static void answer_json(struct room *room, struct server_answer *answer, int status, char *json)
{
    buf_reset(&room->answer);
    buf_adds(&room->answer, json);
    free(json);
    answer_body(room, answer, status, "application/json");
}

static void answer_error(struct room *room, struct server_answer *answer, int status, const char *text)
{
    buf_reset(&room->answer);
    /* Our own words and those of errors: quotes and backslashes are all there is to escape. */
    buf_adds(&room->answer, "{\"error\":\"");
    for (; *text; text++) {
        if (strchr("\"\\", *text))
            buf_addc(&room->answer, '\\');
        buf_addc(&room->answer, (unsigned char)*text < 0x20 ? ' ' : *text);
    }
    buf_adds(&room->answer, "\"}");
    answer_body(room, answer, status, "application/json");
}

static void answer_message(
    struct room *room, const struct server_request *request, struct server_answer *answer, int status)
{
    bool chinese = !strcmp(room_language(request->language), "zh");
    const char *title = "", *text = "";
    if (status == 404) {
        title = chinese ? "没有这一页" : "No such page";
        text = chinese ? "地址可能不完整，或者这一期已经不在了。"
                       : "The address may be incomplete, or the edition is gone.";
    } else if (status == 405) {
        title = chinese ? "这样不行" : "Not like this";
        text = chinese ? "这个地址只能打开来看。" : "This address can only be opened and read.";
    } else {
        title = chinese ? "出了点问题" : "Something went wrong";
        text = chinese ? "现在读不了状态文件，稍后再试；日志里写着原因。"
                       : "The state file cannot be read now. Try again later; the log tells why.";
    }
    buf_reset(&room->answer);
    archive_message(&room->answer, chinese ? "zh" : "en", title, text);
    answer_html(room, answer, status);
}

/* --- the archive --- */

static int page_of(const char *query)
{
    const char *at = !strncmp(query, "page=", 5) ? query + 5 : NULL;
    long page = at ? strtol(at, NULL, 10) : 1;
    return page >= 1 && page <= ARCHIVE_PAGES_MAX ? (int)page : 1;
}

static void answer_archive(
    struct room *room, const struct server_request *request, struct server_answer *answer)
{
    struct error err = {0};
    const char *language = room_language(request->language);
    const char *name = request->path + strlen("/archive");
    bool found = true;
    int result = -1;
    buf_reset(&room->answer);
    if (!name[0] || !strcmp(name, "/")) {
        result = archive_list(&room->answer, room->state, language, page_of(request->query), &err);
    } else {
        struct arena arena = {0};
        char *source = arena_string(&arena, name + 1);
        char *slash = strchr(source, '/');
        found = slash && slash[1];
        if (found) {
            *slash = '\0';
            result = archive_edition(&room->answer, room->state, source, slash + 1, language, &found, &err);
        } else {
            result = 0;
        }
        arena_free(&arena);
    }
    if (result || room->answer.overflow)
        answer_message(room, request, answer, 500);
    else if (!found)
        answer_message(room, request, answer, 404);
    else
        answer_html(room, answer, 200);
}

/* --- dropped files --- */

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The name= of the query as clean text without folders, for error texts. */
static const char *file_name(const char *query, struct arena *arena)
{
    struct buf raw = BUF_INIT(NAME_MAX_BYTES), clean = BUF_INIT(4 * NAME_MAX_BYTES);
    const char *at = !strncmp(query, "name=", 5) ? query + 5 : "";
    for (; *at && *at != '&'; at++) {
        if (*at == '%' && hex(at[1]) >= 0 && hex(at[2]) >= 0) {
            buf_addc(&raw, (char)(hex(at[1]) * 16 + hex(at[2])));
            at += 2;
        } else {
            buf_addc(&raw, *at);
        }
    }
    const char *slash = strrchr(raw.data, '/');
    const char *base = slash ? slash + 1 : raw.data;
    utf8_clean(&clean, base, strlen(base), NULL);
    for (size_t i = 0; i < clean.len; i++)
        if ((unsigned char)clean.data[i] < 0x20)
            clean.data[i] = ' ';
    buf_truncate(&clean, utf8_prefix(clean.data, clean.len, NAME_POINTS_MAX));
    const char *name = clean.len ? buf_keep(&clean, arena) : "edition.md";
    buf_free(&raw);
    buf_free(&clean);
    return name;
}

static void take_file(struct room *room, const struct server_request *request, struct server_answer *answer)
{
    if (!room->hooks.read) {
        answer_error(room, answer, 404, "this room reads no files");
        return;
    }
    if (request->body_len > ROOM_READ_MAX) {
        answer_error(room, answer, 413, "the file is larger than 2 MB");
        return;
    }
    const char *ticket = readings_open(room->readings, &room->rng);
    if (!ticket) {
        answer_error(room, answer, 429, "other files are being read; try again in a moment");
        return;
    }
    struct arena arena = {0};
    struct error err = {0};
    const char *name = file_name(request->query, &arena);
    if (room->hooks.read(ticket, name, request->body, request->body_len, room->hooks.context, &err)) {
        answer_error(room, answer, 503, err.text);
        readings_drop(room->readings, ticket);
    } else {
        buf_reset(&room->answer);
        buf_addf(&room->answer, "{\"ticket\":\"%s\"}", ticket);
        answer_body(room, answer, 202, "application/json");
    }
    arena_free(&arena);
}

static void answer_reading(
    struct room *room, const struct server_request *request, struct server_answer *answer)
{
    char ticket[TICKET_SIZE] = "";
    const char *at = request->path + strlen("/room/read/");
    size_t len = strcspn(at, "/");
    int status = 404;
    if (len < sizeof ticket)
        memcpy(ticket, at, len);
    if (!at[len]) {
        char *json = readings_result(room->readings, ticket, room_language(request->language), &status);
        answer_json(room, answer, status, json);
        return;
    }
    long number = strtol(at + len + 1, NULL, 10);
    int wanted = number > 0 && number <= DIGEST_ITEMS_MAX ? (int)number : 0;
    char *json = readings_item(room->readings, ticket, wanted, room_language(request->language), &status);
    answer_json(room, answer, status, json);
}

/* --- routing --- */

void room_request(const struct server_request *request, struct server_answer *answer, void *context)
{
    struct room *room = context;
    const char *path = request->path;
    bool reads = !strcmp(request->method, "GET") || !strcmp(request->method, "HEAD");
    if (!strcmp(path, "/room/read") && !strcmp(request->method, "POST"))
        take_file(room, request, answer);
    else if (room->hooks.other && room->hooks.other(request, answer, room->hooks.context))
        return;
    else if (!reads)
        answer_message(room, request, answer, 405);
    else if (answer_asset(room, request, answer))
        return;
    else if (!strncmp(path, "/room/read/", strlen("/room/read/")))
        answer_reading(room, request, answer);
    else if (!strcmp(path, "/archive") || !strncmp(path, "/archive/", strlen("/archive/")))
        answer_archive(room, request, answer);
    else
        answer_message(room, request, answer, 404);
}
