/* The state file is damaged: said once, in every way that is left, and the daemon stays up. Starting it anew
 * would mend nothing, and somebody who looks at /healthz or systemctl status finds the reason there. */
#include "daemon/clock.h"
#include "daemon/daemon_inner.h"
#include "daemon/log.h"
#include "daemon/notify.h"

static void say(struct daemon *daemon)
{
    const char *text = desk_damage_text(daemon->setup);
    struct buf words = BUF_INIT(4096);
    log_error("desk", "%s", text);
    buf_addf(&words, "STATUS=%s", text);
    notify_send(words.data);
    buf_free(&words);
    daemon->damage_said = true;
}

static void alarm_operator(struct daemon *daemon)
{
    struct arena arena = {0};
    struct actions actions;
    desk_alarm(daemon->desk, desk_damage_text(daemon->setup), clock_now(), &arena, &actions);
    for (size_t i = 0; i < actions.count; i++)
        carry_out(daemon, &actions.list[i]);
    arena_free(&arena);
    /* systemd waits for it and would end the start that never comes to its end, again and again. */
    if (!daemon->ready)
        notify_send("READY=1");
    daemon->alarmed = true;
}

void heed_damage(struct daemon *daemon, bool stuck)
{
    if (!state_damaged(daemon->state))
        return;
    if (!daemon->damage_said) {
        say(daemon);
        if (!stuck)
            add_event(daemon, EVENT_TIME); /* the desk tells the operator */
    }
    if (stuck && !daemon->alarmed && !daemon->options->drain)
        alarm_operator(daemon);
}
