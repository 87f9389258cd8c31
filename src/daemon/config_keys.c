#include "daemon/config_keys.h"

#include <string.h>

const struct config_place config_places[] = {
    {IN_FILE, "The file itself", "文件本身",
        "Keys at the left margin. Paths are relative to the file. Unknown keys, wrong types and unknown time "
        "zones are "
        "errors with line and column.",
        "顶格写的项。路径相对于配置文件。不认识的项、类型不对、时区不对都会报错，并指出行和列。"},
    {IN_SOURCE, "sources: where editions come from", "sources：期刊从哪里来", "A list; each entry has",
        "列表，每一条可以写"},
    {IN_PROFILE, "profile: how editions are written", "profile：期刊怎么写的",
        "In a source: a map, or the path of a file that holds nothing else. Every key may be left out; what "
        "is not said digestd finds out for each file (docs/reading.md). Lists may be a single word; upper "
        "and "
        "lower case, spaces and the signs around them do not count.",
        "写在来源里：一个表，或一个只写着它的文件的路径。每一项都可以不写，没写的逐个文件自动判断（docs/"
        "reading.zh.md）。列表可以只写一个词；大小写、空格、两头的符号不算。"},
    {IN_BOT, "bots: accounts on platforms", "bots：平台上的机器人",
        "A map of names. Beside the platform's own options (below) each has",
        "名字对应的表。除了平台自己的选项（见下），还可以写"},
    {IN_CHANNEL, "channels: the groups", "channels：群",
        "A map of names. A channel names its bot, or brings one of its own by platform: with the bot's "
        "options beside "
        "it. Keys marked * may also stand in the file itself, for all channels.",
        "名字对应的表。群用 bot: 指定机器人，或者用 platform: 自带一个，机器人的选项就写在旁边。带 * "
        "的项也可以写在文件顶层，对所有群生效。"},
    {IN_RULE, "posts: what is told when", "posts：什么时候发什么",
        "A list of rules, in the file (for every channel that has none of its own) or in a channel.",
        "规则的列表，写在文件顶层（没有自己 posts: 的群都用它）或写在群里。"},
    {IN_FILTER, "only: and not:", "only：和 not：",
        "Which items and questions a channel is told. Upper and lower case, full and half width are the "
        "same.",
        "这个群只发哪些、不发哪些。大小写、全角半角都算一样。"},
    {IN_HTTP, "http: the page and the hooks", "http：网页和回调", "", ""},
    {IN_HEARTBEAT, "heartbeat: as a map", "heartbeat：写成表时", "", ""},
    {IN_SECRET, "Secrets", "密钥",
        "Wherever a token, an address with a key in it or a password is wanted, one of these is better than "
        "the secret "
        "itself:",
        "令牌、带密钥的地址、密码，都最好不直接写，而是写成其中之一："},
    {0, NULL, NULL, NULL, NULL},
};

const struct config_key config_keys[] = {
    /* the file */
    {"state", IN_FILE, "path", "路径", "digestd.db", "state: digestd.db",
        "The file that holds everything digestd remembers, with a few small ones beside it. One daemon per "
        "file. Changing it needs a restart.",
        "digestd 记住的一切都在这个文件里，旁边还有几个小文件。一个文件只能有一个守护进程。改它要重启。"},
    {"timezone", IN_FILE | IN_CHANNEL, "zone name", "时区名", "UTC; needed once a rule has a time",
        "timezone: Asia/Shanghai",
        "The group's time zone: rules, windows, pauses and the question's day are meant in it. In the file: "
        "of every channel that has none of its own, and of the operator.",
        "群的时区：规则、window、pause、今日一问的「今日」都按它算。写在顶层：没有自己时区的群和 operator "
        "都用它。"},
    {"language", IN_FILE | IN_CHANNEL, "zh or en", "zh 或 en", "en", "language: zh",
        "Of posts and answers; in the file also of errors, alerts and the log.",
        "发的内容和回答用什么语言；写在顶层时，报错、告警、日志也用它。"},
    {"sources", IN_FILE, "list", "列表", "", "sources: [{name: aigc, path: \"_posts/*.md\"}]",
        "Where editions come from. May be left out where everything is posted as text or imported by hand.",
        "期刊从哪里来。只发文字、或都用 import 手动导入时可以不写。"},
    {"bots", IN_FILE, "map", "表", "", "bots: {tg: {platform: telegram, token: {file: tg.token}}}",
        "Accounts that several channels may share. A bot that nobody uses yet still answers /where.",
        "可以给几个群共用的机器人。还没有群用的机器人也会回答 /where。"},
    {"posts", IN_FILE | IN_CHANNEL, "list of rules", "规则的列表", "the file's; none",
        "posts: [{what: contents, when: published}]",
        "What is told when. A channel with rules of its own has only those; an empty list: only what is "
        "posted by hand.",
        "什么时候发什么。群里写了自己的，就只按自己的；写空列表就只发手动的。"},
    {"channels", IN_FILE, "map", "表", "", "channels: {weekly: {bot: tg, chat: -1001234567890, from: aigc}}",
        "The groups that are told. Without any, the bots only answer /where.",
        "发到哪些群。一个都没有时，机器人只回答 /where。"},
    {"editors", IN_FILE, "list of platform:number", "平台:数字 的列表", "", "editors: [\"telegram:12345\"]",
        "Who may use /post, /hold, /resume, /undo, /status and /resolve; /where tells one's own number. Each "
        "of them is also a channel for a look before the group: --to telegram:12345.",
        "谁可以用 /post、/hold、/resume、/undo、/status、/resolve；自己的数字发 /where "
        "就知道。他们各自的私聊也可以当预览用：--to telegram:12345。"},
    {"operator", IN_FILE, "a chat, or a list of them", "一个聊天，或几个的列表", "",
        "operator: {bot: tg, chat: 12345}",
        "Who hears of troubles: written like a channel, without posts:, not a room. With several (up to "
        "eight), the first that works and whose bot is not the troubled one is told.",
        "故障通知发给谁：写法和群一样，但没有 "
        "posts:，也不能是房间。写了几个（最多八个）时，发给第一个通的、而且不走出故障的机器人的。"},
    {"heartbeat", IN_FILE, "address (secret)", "网址（密钥）", "",
        "heartbeat: \"https://hc.example/ping/0c3a\"",
        "Asked every five minutes (every: another time) while digestd can do its job: it can write its state "
        "file, the disk is not full, no safe mode, no post is an hour late. A service there alarms you when "
        "it stays away.",
        "能正常工作时（数据写得进、磁盘没满、不在安全模式、没有迟发一小时的）每五分钟访问一次（every: "
        "可改）；停了，对方就会提醒你。"},
    {"ca", IN_FILE, "path", "路径", "the system's certificates", "ca: my-ca.pem",
        "Certificates that are trusted instead of the system's. Changing it needs a restart.",
        "用这个文件里的证书代替系统的。改它要重启。"},
    {"http", IN_FILE, "map", "表", "", "http: {listen: \"127.0.0.1:8080\"}",
        "The page, /healthz, /metrics, and hooks.", "网页、/healthz、/metrics 和平台回调。"},
    {"proxy", IN_FILE | IN_BOT | IN_CHANNEL, "address, or off", "地址，或 off", "none; a bot's: the file's",
        "proxy: \"socks5h://127.0.0.1:7890\"",
        "http, https, socks5 or socks5h (names are looked up there), for everything that goes out, or for "
        "one bot. In a "
        "channel only where it brings its own bot. The environment's proxies are not used.",
        "http、https、socks5、socks5h（域名由代理解析）。写在顶层对所有出去的请求生效，写在机器人里只对它。环"
        "境变量里的代理不用。"},
    /* sources */
    {"name", IN_SOURCE, "text", "文字", "!", "name: aigc", "What channels call it in from:.",
        "群用 from: 写的名字。"},
    {"path", IN_SOURCE, "path or pattern", "路径或匹配", "this or url:", "path: \"_posts/*aigc*.md\"",
        "Markdown files or saved pages, one edition each, or feeds (RSS, Atom, JSON Feed). They are watched, "
        "and looked at every minute for network folders, "
        "which tell nothing of changes.",
        "Markdown 文件或存下的网页，一个一期；或订阅源（RSS、Atom、JSON "
        "Feed）。会自动监视，每分钟也扫一遍（网络目录没有变化通知）。"},
    {"url", IN_SOURCE, "address (secret)", "网址（密钥）",
        "this or path:", "url: \"https://blog.example.org/feed.xml\"",
        "Instead of path: an address that is asked for its editions. Only what changed is transferred "
        "(ETag, Last-Modified); Cache-Control and Retry-After are obeyed for up to a day; failures are "
        "tried again after every:, then twice that and so on, up to six hours. It may be in a private "
        "network; "
        "where a server leads on, that may not.",
        "代替 path:：去这个网址取期刊。只传有变化的（ETag、Last-Modified）；对方的 Cache-Control 和 "
        "Retry-After "
        "照办，最多一天；失败了隔 every: "
        "再试，之后每次加倍，最多六小时。网址可以在内网；对方跳转到内网的不跟。"},
    {"every", IN_SOURCE, "duration", "时长", "30m", "every: 30m",
        "How often a url: is asked, at most. At least 1m (on this machine itself 1s).",
        "url: 最多多久取一次。至少 1m（本机的网址 1s）。"},
    {"link", IN_SOURCE, "address", "网址", "", "link: \"https://blog.example.org/:year/:month/:day/:title/\"",
        "The edition's own page, where its front matter names none: :year, :month, :day and :title are "
        "filled in.",
        "每期自己的网页（文件头里没写时用）；:year、:month、:day、:title 会替换。"},
    {"settle", IN_SOURCE, "duration", "时长", "10m; 0 where only rooms listen, or with url:", "settle: 10m",
        "A file untouched for so long counts as published, a change as meant. Files that are there when the "
        "source is new count at once.",
        "文件这么久没动才算发布、才算改完。来源第一次读时已有的文件马上算数。"},
    {"profile", IN_SOURCE, "map, or path", "表，或路径", "found for each file",
        "profile: {sections: h2, items: list}",
        "How its editions are written, where digestd sees it otherwise; see digestd read --explain FILE. A "
        "change makes its files be read again.",
        "它的期刊怎么写，自动判断不对时才要写；先看 digestd read --explain FILE。改了会重读它的文件。"},
    /* profiles */
    {"sections", IN_PROFILE, "h1 … h6, bold, none", "h1 … h6、bold、none", "found", "sections: h2",
        "What begins a section: headings of a level, lines that are bold as a whole; none: there are no "
        "sections.",
        "什么是栏目：某一级标题、整行粗体；none：没有栏目。"},
    {"items", IN_PROFILE, "h1 … h6, bold, numbers, list, table, paragraphs, sections",
        "h1 … h6、bold、numbers、list、table、paragraphs、sections", "found", "items: list",
        "What begins an item: headings of a level, bold lines, lines with a number (1、 2.), entries of a "
        "list, rows of a table, each paragraph; sections: each section is one item.",
        "什么是条目：某一级标题、整行粗体、编号开头的行（1、 "
        "2.）、列表的一条、表格的一行、每一段；sections：一个栏目就是一条。"},
    {"labels", IN_PROFILE, "list", "列表", "", "labels: [Origin, 延伸]",
        "More words that stand before a link of an item.", "另外还有哪些词写在链接前面。"},
    {"questions", IN_PROFILE, "list", "列表", "", "questions: [Over to you, 聊一聊]",
        "More words that stand before an item's questions.", "另外还有哪些词写在问题前面。"},
    {"skip", IN_PROFILE, "list", "列表", "", "skip: [Sponsors, 招聘]",
        "Titles of sections that hold no items.", "哪些栏目里没有条目。"},
    {"references", IN_PROFILE, "list", "列表", "", "references: [Sources, 参考链接]",
        "Titles of sections that hold the links of the whole edition.", "哪些栏目是整期的参考链接。"},
    {"link_titles", IN_PROFILE, "list", "列表", "", "link_titles: [Short notes, 快讯]",
        "Titles of sections of prose: an item's title there is the text of its first link.",
        "哪些栏目是散文写法：条目的标题就是第一个链接的文字。"},
    {"entries", IN_PROFILE, "items or editions", "items 或 editions", "found", "entries: editions",
        "What the entries of a feed are.", "订阅源里的一条是一条内容，还是整整一期。"},
    {"group", IN_PROFILE, "week, day or feed", "week、day 或 feed", "week", "group: day",
        "Which entries of a feed make one edition, where they are items.",
        "订阅源里的条目怎么合成一期：按周、按天、整个源一期。"},
    /* bots and channels */
    {"platform", IN_BOT | IN_CHANNEL, "name", "名字", "!", "platform: telegram", "Which platform it is on.",
        "在哪个平台。"},
    {"bot", IN_CHANNEL, "name of a bot", "机器人的名字", "!", "bot: tg",
        "Through which bot it is told, one of bots:. Or platform:, and the channel brings its own.",
        "用 bots: 里哪个机器人发。或者写 platform:，自带一个。"},
    {"from", IN_CHANNEL, "source, or a list", "来源，或列表", "all sources", "from: [aigc, news]",
        "What it is told.", "发哪些来源的。"},
    {"start", IN_CHANNEL, "none or newest", "none 或 newest", "none; newest in a room", "start: newest",
        "Where it begins when it is first seen: with the next edition, or with the newest there is. Later "
        "changes of this key do nothing.",
        "第一次出现时从哪里开始：下一期，或现有最新一期。以后再改没有作用。"},
    {"leftovers", IN_CHANNEL, "retire or keep", "retire 或 keep", "retire", "leftovers: keep",
        "What becomes of untold items of an older edition when a new one is published: retire, they are not "
        "told any more by themselves; keep, they are told after those of the new one.",
        "新一期来了，旧一期没发完的怎么办：retire 不再自动发；keep 先发新的，再接着发旧的。"},
    {"when_unknown", IN_CHANNEL, "ask, resend, assume_sent", "ask、resend、assume_sent", "ask",
        "when_unknown: ask",
        "When it is not known whether a post arrived: ask the operator; resend, and it may stand twice "
        "(after a restore too, for all that is unsure then); assume_sent, and it may be missing.",
        "不知道发没发到时：ask 问 operator；resend "
        "再发一次，可能重复（从备份恢复后，那时不确定的也都会再发）；assume_sent 当作已发，可能漏。"},
    {"silent", IN_CHANNEL, "true or false", "true 或 false", "only contents and edition ring", "silent: true",
        "Whether posts come without a sound.", "发的时候要不要静音。"},
    {"preview", IN_CHANNEL, "true or false", "true 或 false", "false", "preview: true",
        "Link previews, where the platform has them.", "链接预览（平台支持时）。"},
    {"pin", IN_CHANNEL, "true or false", "true 或 false", "false", "pin: true",
        "Pin the contents, where the bot may. That it may not is no trouble.",
        "置顶目录；机器人没有权限就算了，不算故障。"},
    {"window", IN_FILE | IN_CHANNEL, "two times of the day", "一天里的两个时间", "always",
        "window: \"08:00-22:00\"",
        "* Posts of rules leave only inside; what falls outside waits for its opening. May cross midnight. "
        "What is posted by hand, answers and corrections do not wait.",
        "* 规则的内容只在这段时间里发，落在外面的等到开始。可以跨零点。手动发的、回答、改正不等。"},
    {"pause", IN_FILE | IN_CHANNEL, "list of days", "日期的列表", "",
        "pause: [\"2026-10-01..2026-10-07\", \"2026-12-25\"]",
        "* Days on which rules tell nothing, in the group's zone. Their times are left out, not made up for; "
        "what was published in the meantime is told after them.",
        "* 这些天规则什么都不发（按群的时区）。那几天的时间就略过，不补；期间发布的一期，过后再发。"},
    {"only", IN_CHANNEL, "filter", "过滤", "", "only: {section: 热点, tag: [ai, chips]}",
        "Only items that fit are told: of each kind written here (section, tag, word) one must fit. Contents "
        "and editions are told without the others.",
        "只发符合的：这里写了的每一种（section、tag、word）都要符合其中一个。目录和整期里也只有它们。"},
    {"not", IN_CHANNEL, "filter", "过滤", "", "not: {word: [hiring]}",
        "Items that fit any of these are not told, nor named in contents and editions.",
        "符合其中任何一个的不发，目录和整期里也没有。"},
    {"fuse", IN_FILE | IN_CHANNEL, "posts an hour / a day, or off", "每小时/每天几条，或 off", "12/40",
        "fuse: 12/40",
        "* More posts of rules than this within an hour or a day, and the channel holds and the operator is "
        "told; digestd resume lets it go on and counts anew. Posts by hand do not count. A room has no fuse.",
        "* 一小时或一天里自动发的超过这个数，就先停下来并告诉 operator；digestd resume "
        "之后继续，重新数。手动发的不算。房间没有这一项。"},
    {"mode", IN_FILE | IN_CHANNEL, "live or rehearse", "live 或 rehearse", "live", "mode: rehearse",
        "* rehearse: everything but the last request; the log says what would be sent, and when it is live "
        "again what was rehearsed counts as not told. A bot whose channels all rehearse does not listen "
        "either.",
        "* rehearse（排练）：什么都做，就是不真的发；日志里写会发什么。改回 live "
        "后，排练过的都算没发过。一个机器人的群全在排练时，它也不听消息。"},
    {"catch_up", IN_FILE | IN_CHANNEL | IN_RULE, "one or skip", "one 或 skip", "one", "catch_up: skip",
        "* When times were missed (digestd did not run, a clock was wrong): one, one post for the newest of "
        "them; skip, none for what is more than 15 minutes late.",
        "* 错过的时间（没在运行、时钟不准）：one 补最近的一次；skip 晚了 15 分钟以上就不补。"},
    {"max_age", IN_FILE | IN_CHANNEL | IN_RULE, "duration", "时长",
        "item 24h, contents and edition 7d, question its day; webhook 3d", "max_age: 6h",
        "* How long a post of a rule may wait before it is given up, and told so. At least 1m. A question "
        "never outlives its day.",
        "* 规则的一条最多等多久，过了就不发，并告诉你。至少 1m。今日一问过了当天就不发。"},
    /* rules */
    {"what", IN_RULE, "contents, edition, section, item, question",
        "contents、edition、section、item、question", "!", "what: item",
        "What is told. contents: the newest edition's list; edition: all of it; section: one section of it; "
        "item: its next untold one; question: the question of the day.",
        "发什么。contents 最新一期的目录；edition 整期；section 其中一个小节；item 下一条没发过的；question "
        "今日一问。"},
    {"when", IN_RULE, "published", "published", "", "when: published", "As soon as an edition is published.",
        "一发布就发。"},
    {"at", IN_RULE, "time of the day, or a list", "时间，或列表", "", "at: [\"09:00\", \"18:30\"]",
        "At these times of the group's day.", "在这些时间发（群的时区）。"},
    {"days", IN_RULE, "weekdays", "星期几", "daily", "days: mon-fri",
        "With at:. mon-fri, sat,sun, daily, weekdays, weekends; also 周一至周五, 工作日.",
        "和 at: 一起用。周一至周五、周一,周三、每天、工作日、周末；也可写 mon-fri。"},
    {"cron", IN_RULE, "five fields", "五段式", "", "cron: \"0 9 * * 1\"",
        "Instead of at:. Minute, hour, day of the month, month, weekday, in the group's zone; lists, ranges, "
        "steps and names (mon, jan), no seconds.",
        "代替 at:。分、时、日、月、星期，按群的时区；可写列表、范围、步长和英文缩写（mon、jan），没有秒。"},
    {"section", IN_RULE | IN_FILTER, "text; in a filter also a list", "文字；过滤里也可以是列表", "",
        "section: 热点回顾",
        "With what: section, its title; in a filter, the section an item stands in. One that stands in "
        "another may be named with it: Approved > RFCs.",
        "what: section 时是小节标题；过滤里是条目所在的小节。小节里的小节可以连上级一起写：动态 > 论文。"},
    /* filters */
    {"tag", IN_FILTER, "text or list", "文字或列表", "", "tag: [ai, chips]",
        "A tag of the edition, so all its items.", "期刊的标签，所以对整期的条目都一样。"},
    {"word", IN_FILTER, "text or list", "文字或列表", "", "word: hiring",
        "A word in an item's title or text. ai is found in \"the AI said\", not in said.",
        "条目标题或正文里的词。ai 能在 “the AI said” 里找到，在 said 里找不到。"},
    /* http */
    {"listen", IN_HTTP, "address:port, or off", "地址:端口，或 off", "127.0.0.1:8080",
        "listen: \"127.0.0.1:8080\"",
        "The room, the archive, /healthz and /metrics. It has no login: leave it on this machine, or behind "
        "something that has one. Changing it needs a restart.",
        "房间、往期、/healthz、/metrics。没有登录：只给本机用，或放在有登录的东西后面。改它要重启。"},
    {"hooks", IN_HTTP, "address:port, or off", "地址:端口，或 off", "off", "hooks: \"127.0.0.1:8081\"",
        "A listener for platforms that push to us (/hook/BOT), behind a web server with a certificate. "
        "Changing it needs a restart.",
        "给平台回调用的端口（/hook/机器人名），前面要有带证书的网页服务器。改它要重启。"},
    {"public", IN_HTTP, "address", "网址", "", "public: \"https://digest.example.org\"",
        "How others reach this machine: for hooks, and as a name by which the page may be asked. Changing it "
        "needs a restart.",
        "别人访问这台机器用的网址：回调用它，网页也认这个域名。改它要重启。"},
    /* heartbeat */
    {"url", IN_HEARTBEAT, "address (secret)", "网址（密钥）", "!", "url: {file: heartbeat.url}",
        "The address.", "网址。"},
    {"every", IN_HEARTBEAT, "duration", "时长", "5m", "every: 10m", "How often; at least 10s.",
        "多久一次，至少 10s。"},
    /* secrets */
    {"file", IN_SECRET, "path", "路径", "", "token: {file: tg.token}",
        "A file that holds it and nothing else; readable by you alone (chmod 600). While a platform refuses "
        "the secret, a new one in the file is noticed within seconds.",
        "单独一个文件，里面只有它，只有你能读（chmod "
        "600）。平台不认这个密钥时，文件里换上新的，几秒内就会用上。"},
    {"env", IN_SECRET, "name", "名字", "", "token: {env: TG_TOKEN}",
        "A variable of the environment. A new one needs a restart.", "环境变量。换新的要重启。"},
    {"credential", IN_SECRET, "name", "名字", "", "token: {credential: tg-token}",
        "A credential of systemd (LoadCredential= in the unit). systemd copies it at the start: a new one "
        "needs a restart.",
        "systemd 的 credential（unit 里的 LoadCredential=）。启动时复制，换新的要重启。"},
    {NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};

bool config_key_known(const char *key)
{
    for (const struct config_key *at = config_keys; at->key; at++)
        if (!strcmp(at->key, key))
            return true;
    return false;
}
