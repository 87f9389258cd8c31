/* /healthz: is digestd doing its job? And /metrics: figures of it. Read when they are asked for, between
 * turns. */
#include "daemon/clock.h"
#include "daemon/daemon_inner.h"
#include "desk/tally.h"
#include "state/channels.h"
#include "state/editions.h"
#include "state/posts.h"

#include <fcntl.h>
#include <unistd.h>

enum { TEXT_MAX = 256 << 10, LATE_MS = 60 * 60 * 1000 };

/* --- health --- */

/* Red is what keeps a group from being told; what waits because somebody wants it so is not. */
static void look_at_groups(struct daemon *daemon, struct arena *arena, struct buf *red, struct error *err)
{
    const struct setup *setup = daemon->setup;
    for (size_t i = 0; i < setup->bot_count; i++) {
        struct bot_row row;
        if (state_bot_look(daemon->state, arena, setup->bots[i].name, &row, err))
            return;
        if (!strcmp(row.state, "paused"))
            buf_addf(red, "bot %s is refused: %s\n", row.name, row.why);
    }
    for (size_t i = 0; i < setup->channel_count; i++) {
        struct channel_row row;
        bool found;
        if (state_channel(daemon->state, arena, setup->channels[i].name, &row, &found, err))
            return;
        if (found && !strcmp(row.state, "paused"))
            buf_addf(red, "%s is paused: %s\n", row.name, row.why);
    }
}

/* What is wrong, a line each; nothing = all is well. */
static void look(struct daemon *daemon, struct arena *arena, struct buf *red)
{
    struct error err = {0};
    if (state_damaged(daemon->state))
        buf_adds(red,
            "the state file is damaged: stop digestd and go back to a copy, digestd restore COPY --force\n");
    else if (daemon->failed_turn)
        buf_addf(red, "the state file cannot be written: %s\n", daemon->failure.text);
    if (!state_has_room(daemon->state))
        buf_adds(red, "the disk is full: nothing new is posted until there is room\n");
    if (!daemon->ready)
        buf_adds(red, "starting\n");
    if (daemon->ending)
        buf_adds(red, "stopping\n");
    if (daemon->desk && desk_safe(daemon->desk))
        buf_adds(red,
            "safe mode: three starts within a minute; nothing is posted until ten quiet minutes are over, "
            "or digestd resume --all\n");
    int64_t late = daemon->desk ? desk_late_ms(daemon->desk) : 0;
    if (late > LATE_MS)
        buf_addf(
            red, "the oldest post that should have gone is %lld minutes late\n", (long long)late / 60000);
    look_at_groups(daemon, arena, red, &err);
    if (err.kind)
        buf_addf(red, "the state file cannot be read: %s\n", err.text);
}

/* --- figures --- */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_label(struct buf *out, const char *value)
{
    for (const char *at = value; *at; at++)
        if (*at == '"' || *at == '\\')
            buf_addf(out, "\\%c", *at);
        else
            buf_addc(out, *at);
}

static void write_desk(struct buf *out, const struct tally *tally)
{
    head(out, "digestd_deliveries_total", "counter",
        "Answers of platforms to deliveries, by what they came to.");
    for (size_t i = 0; i < TALLY_PLATFORMS && adapters[i]; i++)
        for (int v = 0; v < TALLY_VERDICTS; v++)
            buf_addf(out, "digestd_deliveries_total{platform=\"%s\",verdict=\"%s\"} %llu\n",
                adapters[i]->name, tally_verdict_names[v], (unsigned long long)tally->verdicts[i][v]);
    head(out, "digestd_lateness_seconds", "histogram", "From when a post was due to when it was sent.");
    histogram_write(out, "digestd_lateness_seconds", &tally->late);
    head(out, "digestd_command_seconds", "histogram",
        "From when a command was heard to when its answer was sent.");
    histogram_write(out, "digestd_command_seconds", &tally->answers);
    head(out, "digestd_commit_seconds", "histogram", "Time of a commit to the state file.");
    histogram_write(out, "digestd_commit_seconds", &tally->commits);
    head(out, "digestd_turns_total", "counter", "Turns of the desk.");
    buf_addf(out, "digestd_turns_total %llu\n", (unsigned long long)tally->turns);
}

static int write_queue(struct daemon *daemon, struct arena *arena, struct buf *out, struct error *err)
{
    struct delivery_counts counts;
    struct rows_waiting waiting;
    int64_t now = clock_now().wall_ms;
    if (state_delivery_counts(daemon->state, &counts, err) ||
        state_waiting(daemon->state, arena, now, &waiting, err))
        return -1;
    head(out, "digestd_queue", "gauge", "Deliveries by state, of all that the state file knows.");
    const struct {
        const char *state;
        int64_t count;
    } states[] = {{"due", counts.due}, {"sending", counts.sending}, {"sent", counts.sent},
        {"failed", counts.failed}, {"unknown", counts.unknown}, {"dropped", counts.dropped}};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        buf_addf(out, "digestd_queue{state=\"%s\"} %lld\n", states[i].state, (long long)states[i].count);
    head(out, "digestd_waiting", "gauge", "Posts and parts that wait, by channel.");
    for (size_t i = 0; i < waiting.count; i++) {
        if (!setup_channel(daemon->setup, waiting.rows[i].name))
            continue;
        buf_adds(out, "digestd_waiting{channel=\"");
        add_label(out, setup_shown(daemon->setup, waiting.rows[i].name));
        buf_addf(out, "\"} %d\n", waiting.rows[i].planned + waiting.rows[i].due + waiting.rows[i].sending);
    }
    return 0;
}

static void write_troubles(struct daemon *daemon, struct buf *out)
{
    head(
        out, "digestd_overdue_seconds", "gauge", "Age of the oldest post that should have gone and did not.");
    buf_addf(out, "digestd_overdue_seconds %lld\n", (long long)desk_late_ms(daemon->desk) / 1000);
    head(out, "digestd_troubles", "gauge",
        "Troubles the operator was told of, or would be, that are not over.");
    buf_addf(out, "digestd_troubles %d\n", desk_troubles(daemon->desk));
    head(out, "digestd_safe_mode", "gauge", "1 while nothing is posted after three starts within a minute.");
    buf_addf(out, "digestd_safe_mode %d\n", desk_safe(daemon->desk));
    head(out, "digestd_disk_full", "gauge", "1 while nothing new is posted for want of room.");
    buf_addf(out, "digestd_disk_full %d\n", !state_has_room(daemon->state));
}

static int write_states(struct daemon *daemon, struct arena *arena, struct buf *out, struct error *err)
{
    static const char *const states[] = {"on", "held", "paused"};
    int count[3] = {0};
    for (size_t i = 0; i < daemon->setup->channel_count; i++) {
        struct channel_row row;
        bool found;
        if (state_channel(daemon->state, arena, daemon->setup->channels[i].name, &row, &found, err))
            return -1;
        for (int k = 0; k < 3 && found; k++)
            count[k] += !strcmp(row.state, states[k]);
    }
    head(out, "digestd_channels", "gauge", "Configured channels by state.");
    for (int k = 0; k < 3; k++)
        buf_addf(out, "digestd_channels{state=\"%s\"} %d\n", states[k], count[k]);
    int64_t broken;
    if (state_files_broken(daemon->state, &broken, err))
        return -1;
    head(out, "digestd_files_unreadable", "gauge",
        "Files of sources that gave no edition when they were read last.");
    buf_addf(out, "digestd_files_unreadable %lld\n", (long long)broken);
    return 0;
}

void fetch_counted(struct daemon *daemon, const char *source, enum fetch_end end)
{
    struct fetch_count *count = daemon->fetch_counts;
    while (count && strcmp(count->source, source) != 0)
        count = count->next;
    if (!count) {
        count = memory_new(1, sizeof *count);
        *count = (struct fetch_count){.next = daemon->fetch_counts, .source = memory_string(source)};
        daemon->fetch_counts = count;
    }
    count->ends[end]++;
}

void drop_counts(struct daemon *daemon)
{
    for (struct fetch_count *count = daemon->fetch_counts, *next; count; count = next) {
        next = count->next;
        free(count->source);
        free(count);
    }
    daemon->fetch_counts = NULL;
}

static void write_fetches(const struct daemon *daemon, struct buf *out)
{
    static const char *const results[FETCH_ENDS] = {"new", "same", "gone", "failed"};
    if (!daemon->fetch_counts)
        return;
    head(
        out, "digestd_fetches_total", "counter", "Addresses of sources that were asked, by what came of it.");
    for (const struct fetch_count *count = daemon->fetch_counts; count; count = count->next)
        for (int end = 0; end < FETCH_ENDS; end++) {
            buf_adds(out, "digestd_fetches_total{source=\"");
            add_label(out, count->source);
            buf_addf(out, "\",result=\"%s\"} %llu\n", results[end], (unsigned long long)count->ends[end]);
        }
}

/* Pages of memory, the second number of the file. */
static long resident_pages(void)
{
    char text[128];
    long size, resident = 0;
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[len > 0 ? len : 0] = '\0';
    return sscanf(text, "%ld %ld", &size, &resident) == 2 ? resident : 0;
}

static void write_process(struct daemon *daemon, bool well, struct buf *out)
{
    head(out, "digestd_build_info", "gauge", "The version that runs.");
    buf_adds(out, "digestd_build_info{version=\"" DIGESTD_VERSION "\"} 1\n");
    head(out, "digestd_healthy", "gauge", "1 while /healthz is green.");
    buf_addf(out, "digestd_healthy %d\n", well);
    head(out, "digestd_turns_failing", "gauge", "1 while the state file cannot be written.");
    buf_addf(out, "digestd_turns_failing %d\n", daemon->failed_turn);
    head(out, "digestd_room_members", "gauge", "Pages that are connected.");
    buf_addf(out, "digestd_room_members %zu\n", daemon->room ? room_members(daemon->room) : 0);
    head(out, "process_resident_memory_bytes", "gauge", "Resident memory.");
    buf_addf(
        out, "process_resident_memory_bytes %lld\n", (long long)resident_pages() * sysconf(_SC_PAGESIZE));
    head(out, "process_start_time_seconds", "gauge", "When the process began.");
    buf_addf(out, "process_start_time_seconds %lld\n", (long long)daemon->began_ms / 1000);
}

static void write_metrics(struct daemon *daemon, struct arena *arena, bool well, struct buf *out)
{
    struct error err = {0};
    write_process(daemon, well, out);
    if (daemon->desk) {
        write_desk(out, desk_tally(daemon->desk));
        write_troubles(daemon, out);
    }
    write_fetches(daemon, out);
    if (!write_queue(daemon, arena, out, &err))
        write_states(daemon, arena, out, &err);
}

/* --- the answer --- */

bool daemon_watched(const struct server_request *request, struct server_answer *answer, void *context)
{
    struct daemon *daemon = context;
    bool metrics = !strcmp(request->path, "/metrics");
    if (!metrics && strcmp(request->path, "/healthz"))
        return false;
    struct arena arena = {0};
    struct buf red = BUF_INIT(TEXT_MAX);
    look(daemon, &arena, &red);
    bool well = !red.len;
    buf_free(&daemon->page);
    buf_init(&daemon->page, TEXT_MAX);
    if (metrics)
        write_metrics(daemon, &arena, well, &daemon->page);
    else
        buf_adds(&daemon->page, well ? "ok\n" : red.data);
    answer->status = well || metrics ? 200 : 503;
    answer->type = metrics ? "text/plain; version=0.0.4; charset=utf-8" : "text/plain; charset=utf-8";
    answer->body = daemon->page.data;
    answer->body_len = daemon->page.len;
    buf_free(&red);
    arena_free(&arena);
    return true;
}
