#include "core/buf.h"
#include "core/sign.h"
#include "desk/inner.h"
#include "desk/moves.h"

/* --- lanes --- */

struct candidate {
    const struct open_row *row;
    const char *lane;
    uint64_t served;
    bool answer, edit;
};

struct lane_view { /* a lane while the open deliveries are read in order */
    const char *key;
    int64_t channel;   /* of a lane of posts, else 0 */
    int64_t edits;     /* of a lane of corrections, else 0 */
    int64_t held_post; /* its rest waits: for an unknown part, for the window */
    bool decided;
};

/* Corrections have a lane of their own beside that of the posts, and so has what is taken back: neither waits
 * for an unknown post. */
static const char *lane_key(struct turn *turn, const struct open_row *row)
{
    if (strcmp(row->act, "tell"))
        return arena_printf(turn->arena, "%s %lld", row->act, (long long)row->channel);
    if (strcmp(row->kind, "answer"))
        return arena_printf(turn->arena, "post %lld", (long long)row->channel);
    return arena_printf(turn->arena, "answer %lld %s %s", (long long)row->channel, row->chat, row->topic);
}

static struct lane_view *lane_of(
    struct turn *turn, struct lane_view *views, size_t *count, const struct open_row *row)
{
    const char *key = lane_key(turn, row);
    for (size_t i = 0; i < *count; i++)
        if (!strcmp(views[i].key, key))
            return &views[i];
    bool tells = !strcmp(row->act, "tell") && strcmp(row->kind, "answer");
    views[*count] = (struct lane_view){.key = key,
        .channel = tells ? row->channel : 0,
        .edits = !strcmp(row->act, "edit") ? row->channel : 0};
    return &views[(*count)++];
}

static void add_candidate(
    struct turn *turn, struct lanes *lanes, const struct lane_view *view, const struct open_row *row)
{
    const struct lane *lane = table_find(&turn->memory->lanes, view->key);
    lanes->candidates[lanes->count++] = (struct candidate){.row = row,
        .lane = view->key,
        .served = lane ? lane->served : 0,
        .answer = !strcmp(row->kind, "answer"),
        .edit = view->edits != 0};
}

/* One open delivery, in lane order: what it means for its lane. */
static void see_row(
    struct turn *turn, struct lanes *lanes, struct lane_view *view, const struct open_row *row)
{
    const struct delivery_row *delivery = &row->delivery;
    int64_t now = turn->now.wall_ms;
    switch (delivery_state_of(delivery->state)) {
    case DELIVERY_UNKNOWN: {
        /* Its own post waits; the others only for the grace. A clock that went back does not make it longer.
         */
        int64_t over = delivery->changed_at + GRACE;
        if (over > now && delivery->changed_at <= now) {
            view->decided = true;
            turn->graced = place_of(turn, row->channel);
            wake_at(turn, over);
        }
        view->held_post = delivery->post;
        return;
    }
    case DELIVERY_SENDING:
        view->decided = true;
        lanes->open = true;
        return;
    default:
        break;
    }
    const struct place *place = place_of(turn, row->channel);
    if (rule_waits(turn, place, row->who)) {
        view->held_post = delivery->post; /* what people post by hand goes past it */
        return;
    }
    view->decided = true;
    if (delivery->due_at > now)
        wake_at(turn, delivery->due_at);
    else
        add_candidate(turn, lanes, view, row);
    if (place && !strcmp(place->row.state, "on") && !strcmp(turn->bots[place->bot].state, "on"))
        lanes->open = true;
}

int read_lanes(struct turn *turn, struct lanes *lanes)
{
    struct rows_open *open = arena_alloc(turn->arena, sizeof *open);
    if (state_open_deliveries(turn->state, turn->arena, open, turn->err))
        return -1;
    *lanes = (struct lanes){0};
    lanes->candidates = arena_array(turn->arena, open->count + 1, sizeof *lanes->candidates);
    lanes->busy = arena_array(turn->arena, open->count + 1, sizeof *lanes->busy);
    lanes->edits = arena_array(turn->arena, open->count + 1, sizeof *lanes->edits);
    struct lane_view *views = arena_array(turn->arena, open->count + 1, sizeof *views);
    size_t count = 0;
    for (size_t i = 0; i < open->count; i++) {
        struct lane_view *view = lane_of(turn, views, &count, &open->rows[i]);
        if (!view->decided && view->held_post != open->rows[i].delivery.post)
            see_row(turn, lanes, view, &open->rows[i]);
    }
    for (size_t i = 0; i < count; i++)
        if (views[i].decided && views[i].channel)
            lanes->busy[lanes->busy_count++] = views[i].channel;
    for (size_t i = 0; i < count; i++)
        if (views[i].edits)
            lanes->edits[lanes->edit_count++] = views[i].edits;
    return 0;
}

bool edits_free(const struct lanes *lanes, int64_t channel)
{
    for (size_t i = 0; i < lanes->edit_count; i++)
        if (lanes->edits[i] == channel)
            return false;
    return true;
}

bool lane_free(const struct lanes *lanes, int64_t channel)
{
    for (size_t i = 0; i < lanes->busy_count; i++)
        if (lanes->busy[i] == channel)
            return false;
    return true;
}

/* Corrections last; answers first, then who was served longest ago, then who waits longest. */
static int by_turn(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->edit != y->edit)
        return x->edit ? 1 : -1;
    if (x->answer != y->answer)
        return x->answer ? -1 : 1;
    if (x->served != y->served)
        return x->served < y->served ? -1 : 1;
    if (x->row->delivery.due_at != y->row->delivery.due_at)
        return x->row->delivery.due_at < y->row->delivery.due_at ? -1 : 1;
    return x->row->delivery.id < y->row->delivery.id ? -1 : 1;
}

/* One new, one retry, one new …: retries of a sick host do not keep the healthy ones waiting, nor the other
 * way. */
static struct candidate *interleave(struct turn *turn, struct lanes *lanes)
{
    size_t count = lanes->count, fresh = 0, again = 0;
    struct candidate *out = arena_array(turn->arena, count + 1, sizeof *out);
    qsort(lanes->candidates, count, sizeof *lanes->candidates, by_turn);
    while (count && lanes->candidates[count - 1].edit) {
        count--;
        out[count] = lanes->candidates[count];
    }
    for (size_t i = 0; i < count; i++) {
        bool want_fresh = i % 2 == 0;
        for (int tries = 0; tries < 2; tries++, want_fresh = !want_fresh) {
            size_t *at = want_fresh ? &fresh : &again;
            while (*at < count && (lanes->candidates[*at].row->delivery.tries == 0) != want_fresh)
                ++*at;
            if (*at < count) {
                out[i] = lanes->candidates[(*at)++];
                break;
            }
        }
    }
    return out;
}

/* --- pace --- */

/* The buckets one request takes from, with how much must be in each. */
struct takes {
    size_t index[16]; /* into memory->buckets */
    double want[16];
    size_t count;
};

static void add_take(struct turn *turn, struct takes *takes, const char *key, const struct pace *pace,
    int64_t began, double want)
{
    if (takes->count == 16)
        return;
    struct bucket *bucket =
        pace_bucket(&turn->memory->buckets, key, pace->per_minute, pace->burst, began, turn->now.boot_ms);
    takes->index[takes->count] = (size_t)(bucket - (struct bucket *)turn->memory->buckets.rows);
    takes->want[takes->count++] = want;
}

/* `spare`: leave one for a post that may come. */
static void takes_of(struct turn *turn, const struct place *place, const char *chat, bool answer, bool spare,
    enum scope only, const char *host, struct takes *takes)
{
    const struct adapter *adapter = place->adapter;
    const char *bot = account_of(turn, place->bot);
    const struct pace *slowest = NULL;
    for (size_t i = 0; i < adapter->pace_count; i++) {
        const struct pace *pace = &adapter->paces[i];
        if ((pace->scope == SCOPE_HOST) != (only == SCOPE_HOST))
            continue;
        const char *who = pace->scope == SCOPE_CHAT ? chat : pace->scope == SCOPE_HOST ? host : "";
        /* A fifth of a bot's budget is for answers alone. */
        double want = pace->scope == SCOPE_BOT && !answer && pace->burst >= 5 ? 1 + pace->burst / 5 : 1;
        if (spare && pace->burst >= want + 1)
            want++;
        add_take(turn, takes,
            arena_printf(turn->arena, "%c %s %zu %s", "cbh"[pace->scope],
                pace -> scope == SCOPE_HOST ? "" : bot, i, who),
            pace, turn->memory->began, want);
        if (pace->scope == SCOPE_CHAT && (!slowest || pace->per_minute < slowest->per_minute))
            slowest = pace;
    }
    /* Answers have at most a third of what a chat bears in the long run; a short burst of them may go at
     * once. */
    if (!answer || !slowest)
        return;
    struct pace third = {SCOPE_CHAT, slowest->per_minute / 3, slowest->burst};
    /* Full at a start: what the chat itself bears still holds, and members need not wait for each other. */
    add_take(turn, takes, arena_printf(turn->arena, "a %s %s", bot, chat), &third,
        turn->memory->began - MINUTE, 1);
}

static int64_t wait_of(struct turn *turn, const struct takes *takes)
{
    int64_t wait = 0;
    for (size_t i = 0; i < takes->count; i++) {
        int64_t one =
            pace_wait(table_at(&turn->memory->buckets, takes->index[i]), takes->want[i], turn->now.boot_ms);
        if (one > wait)
            wait = one;
    }
    return wait;
}

static void take_all(struct turn *turn, const struct takes *takes)
{
    for (size_t i = 0; i < takes->count; i++)
        pace_take(table_at(&turn->memory->buckets, takes->index[i]), turn->now.boot_ms);
}

void slow_down(
    struct turn *turn, const struct place *place, const char *chat, enum scope scope, const char *host)
{
    struct takes takes = {0};
    takes_of(turn, place, chat, false, false, scope == SCOPE_HOST ? SCOPE_HOST : SCOPE_CHAT, host, &takes);
    for (size_t i = 0; i < takes.count; i++) {
        struct bucket *bucket = table_at(&turn->memory->buckets, takes.index[i]);
        if (bucket->key[0] == "cbh"[scope])
            pace_slow(bucket, turn->now.boot_ms);
    }
}

/* --- claiming --- */

static bool is_loud(const struct place *place, const struct post_row *post)
{
    const char *kind = post->kind;
    if (place->conf && place->conf->kind == CHANNEL_OPERATOR && place->conf->sound == SOUND_DEFAULT)
        return !strncmp(post->subject, "alert:", 6);
    if (!place->conf || !strcmp(kind, "answer"))
        return false;
    if (place->conf->sound != SOUND_DEFAULT)
        return place->conf->sound == SOUND_ALWAYS;
    return !strcmp(kind, "contents") || !strcmp(kind, "edition");
}

/* The message that a correction or retraction is about. */
static int aim(struct turn *turn, const struct post_row *post, const struct delivery_row *delivery,
    const struct part *part, struct errand *errand)
{
    struct post_row copy;
    struct rows_delivery parts;
    bool found;
    if (state_post(turn->state, turn->arena, post->about, &copy, &found, turn->err) ||
        state_post_deliveries(turn->state, turn->arena, post->about, &parts, turn->err))
        return -1;
    for (size_t i = 0; found && i < parts.count; i++) {
        if (parts.rows[i].part != delivery->part)
            continue;
        /* A part of no bytes: nothing is left of it. */
        bool away = !strcmp(post->act, "retract") || !part->len;
        *(away ? &errand->retract : &errand->edit) = parts.rows[i].remote_id;
    }
    if (found)
        errand->chat = copy.told_in;
    errand->silent = true;
    errand->pin = false;
    errand->reply_to = "";
    return 0;
}

/* Random, made once for this state file. */
static int load_installation(struct turn *turn)
{
    const char *known;
    struct memory *memory = turn->memory;
    if (*memory->installation)
        return 0;
    if (state_about(turn->state, "installation", turn->arena, &known, turn->err))
        return -1;
    if (known && strlen(known) == sizeof memory->installation - 1) {
        memcpy(memory->installation, known, sizeof memory->installation);
        return 0;
    }
    snprintf(memory->installation, sizeof memory->installation, "%016llx%016llx",
        (unsigned long long)rng_next(&memory->rng), (unsigned long long)rng_next(&memory->rng));
    return state_set_about(turn->state, "installation", memory->installation, turn->err);
}

/* Made of what is told, where, and in which words: whoever tells the same once more after a restore gives it
 * the same id. */
static int errand_id(struct turn *turn, const struct place *place, const struct post_row *post,
    const struct delivery_row *delivery, const struct part *part, const char **id)
{
    unsigned char hash[SIGN_SHA256];
    char hex[2 * SIGN_SHA256 + 1];
    if (load_installation(turn))
        return -1;
    sign_sha256(part->bytes, part->len, hash);
    sign_hex(hash, sizeof hash, hex);
    const char *all = arena_printf(turn->arena, "%s\n%lld\n%s\n%s\n%s\n%d\n%s", turn->memory->installation,
        (long long)place->row.id, post->kind, post->subject, post->occasion, delivery->part, hex);
    sign_sha256(all, strlen(all), hash);
    sign_hex(hash, 16, hex);
    *id = arena_string(turn->arena, hex);
    return 0;
}

int make_errand(struct turn *turn, const struct place *place, const struct post_row *post,
    const struct delivery_row *delivery, const struct part *part, struct errand *errand)
{
    bool first = delivery->part == 0;
    const char *id;
    if (errand_id(turn, place, post, delivery, part, &id))
        return -1;
    *errand = (struct errand){
        .settings = place->settings,
        .id = id,
        .now_ms = turn->now.wall_ms,
        .told_ms = post->released_at ? post->released_at : turn->now.wall_ms,
        .chat = *post->chat ? post->chat : place_chat(place),
        .topic = *post->chat ? post->topic : place_topic(place),
        .part = part,
        .index = delivery->part,
        .count = delivery->parts,
        .silent = !first || !is_loud(place, post),
        .pin = first && place->conf && place->conf->pin && place->adapter->pin &&
               !strcmp(post->kind, "contents"),
        .reply_to = first ? post->reply_to : "",
        .edit = first && place->adapter->edit ? post->edit : "",
        .repost = !is_change(post),
        .retract = "",
        .scratch = delivery->scratch,
    };
    return is_change(post) ? aim(turn, post, delivery, part, errand) : 0;
}

int load_part(struct turn *turn, const struct delivery_row *delivery, struct part *part)
{
    const void *bytes;
    size_t len;
    if (state_form_bytes(turn->state, turn->arena, delivery->form, &bytes, &len, turn->err))
        return -1;
    *part = (struct part){.bytes = arena_copy(turn->arena, bytes, len), .len = len};
    return 0;
}

static bool may_claim(struct turn *turn, const struct place *place, const struct candidate *candidate)
{
    const struct bot_row *bot = &turn->bots[place->bot];
    if (strcmp(bot->state, "on") || !strcmp(place->row.state, "paused"))
        return false;
    /* Who holds a channel because of a post may take that post back. */
    bool away = !strcmp(candidate->row->act, "retract");
    if (!candidate->answer && safe_stops(turn, place))
        return false;
    if (!candidate->answer && !away && strcmp(place->row.state, "on"))
        return false;
    int64_t until = bot->blocked_until;
    if (place->row.blocked_until > until)
        until = place->row.blocked_until;
    if (until <= turn->now.wall_ms)
        return true;
    wake_at(turn, until);
    return false;
}

/* What fails on one way to a host says nothing of another: bots have their own proxies. */
static void way_of(struct turn *turn, size_t bot, const char *host, char way[PACE_HOST])
{
    const char *proxy = setup_proxy(turn->setup, bot);
    char through[PACE_HOST];
    if (proxy && url_host(proxy, through, sizeof through))
        snprintf(way, PACE_HOST, "%.47s %.47s", host, through);
    else
        snprintf(way, PACE_HOST, "%s", host);
}

/* May a request of this bot to this host leave now? */
static int host_free(struct turn *turn, size_t bot, const char *name, bool *is_free)
{
    char way[PACE_HOST];
    int64_t until, wait;
    *is_free = false;
    if (state_host(turn->state, name, &until, turn->err))
        return -1;
    if (until > turn->now.wall_ms) {
        wake_at(turn, until);
        return 0;
    }
    way_of(turn, bot, name, way);
    struct host *host = pace_host(&turn->memory->hosts, way);
    *is_free = pace_host_free(host, turn->now.boot_ms, &wait);
    if (!*is_free && wait)
        wake_in(turn, wait);
    return 0;
}

int send_request(struct turn *turn, const struct job *job, const struct request *request, int requests)
{
    struct flight *flight = table_add(&turn->memory->flights);
    flight->delivery = job->delivery.id;
    flight->attempt = job->delivery.attempt;
    flight->requests = requests + 1;
    if (!url_host(request->url, flight->host, sizeof flight->host))
        flight->host[0] = 0;
    way_of(turn, job->place->bot, flight->host, flight->way);
    pace_host_sent(pace_host(&turn->memory->hosts, flight->way));
    struct action *action = act(turn, ACTION_SEND);
    action->delivery = job->delivery.id;
    action->attempt = job->delivery.attempt;
    action->bot = job->place->bot;
    action->request = *request;
    return 0;
}

void send_aside(struct turn *turn, size_t bot, const struct request *request)
{
    struct action *action = act(turn, ACTION_ASIDE);
    action->bot = bot;
    action->request = *request;
}

static void mark_served(struct turn *turn, const char *key)
{
    char name[PACE_KEY];
    snprintf(name, sizeof name, "%s", key);
    struct table *lanes = &turn->memory->lanes;
    struct lane *lane = table_find(lanes, name);
    if (!lane) {
        if (lanes->count >= 512)
            lanes->count = 0; /* round robin begins anew */
        lane = table_add(lanes);
        snprintf(lane->key, sizeof lane->key, "%s", name);
    }
    lane->served = ++turn->memory->served;
}

/* `sending` is written before anything leaves: the request is an action, and actions leave after the commit.
 */
static int carry_out(struct turn *turn, struct job *job, const struct step *step)
{
    struct change change = {.event = LEDGER_CLAIM,
        .scratch = step->scratch,
        .why = arena_printf(
            turn->arena, in_chinese(turn) ? "第 %d 次" : "attempt %d", job->delivery.attempt + 1),
        .now_ms = turn->now.wall_ms};
    struct ledger_move did;
    if (moves_apply(turn->state, turn->arena, &change, &job->delivery, &did, turn->err))
        return -1;
    job->newest = true;
    job->host = "";
    return follow_step(turn, job, step, NULL);
}

/* The message it is about is not known any more: it must not become a new one. */
static int give_up(struct turn *turn, struct job *job)
{
    struct change change = {.event = LEDGER_SAY_DROP,
        .why = in_chinese(turn) ? "不知道是群里的哪一条消息" : "the message it is about is not known",
        .chinese = in_chinese(turn),
        .now_ms = turn->now.wall_ms};
    struct ledger_move did;
    return moves_apply(turn->state, turn->arena, &change, &job->delivery, &did, turn->err);
}

static int try_claim(struct turn *turn, const struct candidate *candidate, bool *progress)
{
    const struct open_row *row = candidate->row;
    struct job job = {.place = place_of(turn, row->channel), .delivery = row->delivery};
    if (!job.place || !has_room(turn, job.place) || !may_claim(turn, job.place, candidate))
        return 0;
    struct part part;
    bool found;
    if (state_post(turn->state, turn->arena, row->delivery.post, &job.post, &found, turn->err) ||
        load_part(turn, &job.delivery, &part))
        return -1;
    if (make_errand(turn, job.place, &job.post, &job.delivery, &part, &job.errand))
        return -1;
    if (is_change(&job.post) && !*job.errand.edit && !*job.errand.retract)
        return give_up(turn, &job);
    if (job.delivery.unsure && !repeatable(&job, turn->now.wall_ms)) { /* it waited for too long */
        *progress = true;
        return carry_out(turn, &job, &(struct step){.kind = STEP_UNSURE, .why = job.delivery.error});
    }
    struct takes takes = {0};
    const char *chat = *job.errand.chat ? job.errand.chat : job.place->row.name;
    takes_of(turn, job.place, chat, candidate->answer, candidate->edit, SCOPE_CHAT, "", &takes);
    int64_t wait = wait_of(turn, &takes);
    if (wait) {
        wake_in(turn, wait);
        return 0;
    }
    struct step step = {0};
    job.place->adapter->step(&job.errand, NULL, turn->arena, &step);
    if (step.kind == STEP_REQUEST) {
        char host[PACE_HOST] = "";
        bool is_free;
        url_host(step.request.url, host, sizeof host);
        if (host_free(turn, job.place->bot, host, &is_free))
            return -1;
        takes_of(turn, job.place, chat, candidate->answer, candidate->edit, SCOPE_HOST, host, &takes);
        wait = wait_of(turn, &takes);
        if (wait)
            wake_in(turn, wait);
        if (!is_free || wait)
            return 0;
    }
    take_all(turn, &takes);
    mark_served(turn, candidate->lane);
    *progress = true;
    return carry_out(turn, &job, &step);
}

int claim_due(struct turn *turn, bool *progress)
{
    if (turn->memory->stopping)
        return 0;
    struct lanes lanes;
    if (read_lanes(turn, &lanes))
        return -1;
    turn->open = lanes.open;
    struct candidate *order = interleave(turn, &lanes);
    for (size_t i = 0; i < lanes.count; i++) {
        /* No correction goes before a post that waits. */
        if (order[i].edit && !lane_free(&lanes, order[i].row->channel))
            continue;
        if (try_claim(turn, &order[i], progress))
            return -1;
    }
    return 0;
}
