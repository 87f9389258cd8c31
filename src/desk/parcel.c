#include "desk/parcel.h"
#include "core/utf8.h"
#include <stdint.h>
#include <string.h>

enum { BUTTONS_MAX = 200, ABSENT = 0xffff, TEXT_MAX = 8192 };

/* A number of two bytes, low byte first. */
static void add_short(struct buf *out, unsigned value)
{
    buf_addc(out, (char)(value & 0xff));
    buf_addc(out, (char)(value >> 8 & 0xff));
}

static void add_text(struct buf *out, const char *text)
{
    size_t len = text ? strlen(text) : 0;
    if (!text || len > TEXT_MAX) {
        add_short(out, ABSENT);
        return;
    }
    add_short(out, (unsigned)len);
    buf_add(out, text, len);
}

void parcel_buttons(struct buf *out, const struct message *message)
{
    size_t count = message->button_count < BUTTONS_MAX ? message->button_count : BUTTONS_MAX;
    if (!count)
        return;
    add_short(out, (unsigned)count);
    for (size_t i = 0; i < count; i++) {
        const struct button *button = &message->buttons[i];
        add_short(out, (unsigned)(button->row < 0 ? 0 : button->row > 1000 ? 1000 : button->row));
        add_text(out, button->label);
        add_text(out, button->command);
        add_text(out, button->url);
    }
}

struct reading {
    const unsigned char *bytes;
    size_t len, at;
    bool bad;
};

static unsigned read_short(struct reading *in)
{
    if (in->len - in->at < 2) {
        in->bad = true;
        return 0;
    }
    unsigned value = in->bytes[in->at] | (unsigned)in->bytes[in->at + 1] << 8;
    in->at += 2;
    return value;
}

static const char *read_text(struct reading *in, struct arena *arena)
{
    unsigned len = read_short(in);
    if (in->bad || len == ABSENT)
        return NULL;
    const char *bytes = (const char *)in->bytes + in->at;
    if (len > TEXT_MAX || in->len - in->at < len || !utf8_valid(bytes, len) || memchr(bytes, 0, len)) {
        in->bad = true;
        return NULL;
    }
    in->at += len;
    return arena_copy(arena, bytes, len);
}

static bool read_buttons(struct arena *arena, struct message *message, const void *bytes, size_t len)
{
    struct reading in = {.bytes = bytes, .len = len};
    unsigned count = read_short(&in);
    if (count > BUTTONS_MAX)
        return false;
    for (unsigned i = 0; i < count && !in.bad; i++) {
        int row = (int)read_short(&in);
        const char *label = read_text(&in, arena);
        const char *command = read_text(&in, arena);
        const char *url = read_text(&in, arena);
        if (in.bad || !label || !command == !url)
            return false;
        message_add_button(arena, message, row, label, command, url);
    }
    return !in.bad && in.at == in.len;
}

struct message *parcel_open(struct arena *arena, const void *body, size_t body_len, const void *buttons,
    size_t buttons_len, struct error *err)
{
    struct message *message = arena_alloc(arena, sizeof *message);
    message->root = message_unpack(arena, body ? body : "", body_len, err);
    if (!message->root)
        return NULL;
    if (buttons_len && !read_buttons(arena, message, buttons, buttons_len)) {
        error_set(err, "stored buttons are damaged");
        return NULL;
    }
    return message;
}
