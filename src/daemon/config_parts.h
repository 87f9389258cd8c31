/* Inside the configuration only: the parts of the file. Each returns -1 with the loader's error. */
#ifndef DAEMON_CONFIG_PARTS_H
#define DAEMON_CONFIG_PARTS_H

#include "daemon/config_values.h"

enum { OPERATORS_MAX = 4 };

/* A name that can be typed at the shell, several of them parted by commas. */
int config_name(struct loader *loader, int line, int column, const char *name);
int config_sources(struct loader *loader, struct yaml *at);
/* A source's profile: a map, or the path of a file that holds one (config_profile.c). NULL: none. */
int config_profile(struct loader *loader, struct yaml *at, struct source *source);
/* The whole file, or one byte more than YAML may have. Lives in the arena. */
int config_bytes(const char *path, struct arena *arena, const char **bytes, size_t *len, struct error *err);
/* Sources only rooms listen to count at once, and so does what is fetched: it is out already. Unless the file
 * says otherwise. After the channels. */
void config_settle(struct setup *setup);
int config_bots(struct loader *loader, struct yaml *at);
int config_channels(struct loader *loader, struct yaml *at);
/* One channel's map; room for it must be there. */
int config_channel(struct loader *loader, struct yaml *at, const char *name, struct channel *channel);
/* "http://…", "socks5h://…", "off"; or a reference. */
int config_proxy(struct loader *loader, struct yaml *at, struct option_value *value);
/* operator: (config_people.c); and a channel for each editor a bot can write to. Both behind the groups. */
int config_operator(struct loader *loader, struct yaml *at);
void config_editor_chats(struct loader *loader);
/* Who pastes texts must be an editor a bot can write to. After the editors' chats. */
int config_hands(struct loader *loader);
int config_rules(struct loader *loader, struct yaml *at, struct rule **rules, size_t *count);

/* config_times.c. A node that is NULL leaves what is there. */
int config_window(struct loader *loader, const struct yaml *at, struct window *window);
int config_pause(struct loader *loader, const struct yaml *at, struct channel *channel);
int config_filter(struct loader *loader, struct yaml *at, struct filter *filter);
int config_missed(
    struct loader *loader, const struct yaml *catch_up, const struct yaml *max_age, struct missed *missed);
int config_fuse(struct loader *loader, const struct yaml *at, struct channel *channel);
int config_mode(struct loader *loader, const struct yaml *at, bool *rehearse);

#endif
