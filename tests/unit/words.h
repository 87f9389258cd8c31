/* What stories are told with. */
#ifndef WORDS_H
#define WORDS_H

static const char *const zh_companies[] = {"青石科技", "远山智能", "白鹭实验室", "北岸出版社", "三叶草基金会",
    "南塘大学", "长风航天", "豆芽公司", "海螺音乐", "松果银行", "石榴汽车", "云杉医院", "蓝湾地铁",
    "小满农场", "纸鸢工作室", "半坡博物馆", "灯塔研究院", "鲸鱼邮局", "橘子电视台", "麦田学校"};
static const char *const en_companies[] = {"Bluestone Labs", "Far Hill", "Heron Institute", "Northbank Press",
    "Clover Foundation", "Southpond University", "Longwind Space", "Beansprout", "Conch Music",
    "Pinecone Bank", "Pomegranate Motors", "Spruce Clinic", "Bayline Transit", "Little Farm",
    "Paper Kite Studio", "Slope Museum", "Beacon Research", "Whale Post", "Orange Broadcasting",
    "Wheatfield School"};
static const char *const zh_families[] = {"赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚",
    "卫", "蒋", "沈", "韩", "杨", "朱", "秦", "许", "何"};
static const char *const zh_given[] = {"思远", "若溪", "明轩", "雨桐", "子墨", "嘉禾", "清扬", "云舒", "景行",
    "知夏", "怀瑾", "采薇", "望舒", "安澜", "既白", "南乔", "星野", "听雪", "拾光", "予安"};
static const char *const en_families[] = {"Abbot", "Barlow", "Carver", "Dunn", "Ellery", "Frost", "Garner",
    "Holt", "Irving", "Jessop", "Keane", "Lark", "Moss", "Nash", "Orwin", "Penn", "Quill", "Reeve", "Stone",
    "Thorn"};
static const char *const en_given[] = {"Ada", "Bruno", "Clara", "Dario", "Edith", "Felix", "Greta", "Hugo",
    "Iris", "Jonas", "Kira", "Leon", "Mara", "Nils", "Olga", "Pavel", "Rosa", "Sven", "Tilda", "Uwe"};
static const char *const name_heads[] = {"Ar", "Bel", "Cor", "Dun", "Eri", "Fal", "Gra", "Hel", "Ivo", "Jul",
    "Kes", "Lum", "Mor", "Nex", "Ori", "Pal", "Qui", "Ran", "Sol", "Tav"};
static const char *const name_tails[] = {"ano", "bit", "cast", "dex", "elle", "fold", "gram", "hive", "ion",
    "jet", "kit", "lane", "mix", "node", "ora", "pad", "quay", "rise", "sonic", "tide"};
static const char *const zh_places[] = {"苏州", "里斯本", "西宁", "大阪", "厦门", "柏林", "昆明", "奥斯陆",
    "喀什", "利马", "泉州", "都柏林", "延安", "孟买", "珠海", "雅典", "洛阳", "蒙特利尔", "拉萨", "开罗",
    "温州", "河内", "桂林", "首尔", "扬州"};
static const char *const en_places[] = {"Lisbon", "Osaka", "Berlin", "Oslo", "Lima", "Dublin", "Mumbai",
    "Athens", "Montreal", "Cairo", "Hanoi", "Seoul", "Tartu", "Quito", "Porto", "Lagos", "Perth", "Genoa",
    "Bergen", "Turin", "Leeds", "Dakar", "Split", "Bern", "Cork"};
static const char *const zh_nouns[] = {"机械手", "图书馆", "种子", "天气预报", "电池", "论文", "课程", "漫画",
    "地图", "乐谱", "合同", "病历", "卫星", "望远镜", "显微镜", "自行车", "灯泡", "水表", "菜谱", "字典",
    "围棋", "钢琴", "棉花", "海浪", "冰川", "蜜蜂", "珊瑚", "竹子", "瓷器", "丝绸", "邮票", "铁轨", "隧道",
    "桥梁", "风筝", "路灯", "电梯", "煤气", "处方", "疫苗", "骨骼", "心跳", "睡眠", "方言", "碑文", "壁画",
    "陶罐", "星图", "日历", "算盘", "密码", "指纹", "声纹", "手语", "盲文", "字幕", "剧本", "胶片", "唱片",
    "鼓点", "芯片", "编译器", "数据库", "浏览器", "键盘", "屏幕", "耳机", "相机", "无人机", "潜水艇"};
static const char *const en_nouns[] = {"arm", "library", "seed", "forecast", "battery", "paper", "course",
    "comic", "atlas", "score", "contract", "chart", "satellite", "telescope", "microscope", "bicycle", "lamp",
    "meter", "recipe", "dictionary", "chessboard", "piano", "cotton", "wave", "glacier", "bee", "coral",
    "bamboo", "porcelain", "silk", "stamp", "rail", "tunnel", "bridge", "kite", "lantern", "elevator",
    "stove", "prescription", "vaccine", "bone", "heartbeat", "sleep", "dialect", "inscription", "mural",
    "jar", "almanac", "calendar", "abacus", "cipher", "fingerprint", "voice", "gesture", "braille",
    "subtitle", "screenplay", "film", "record", "drum", "chip", "compiler", "database", "browser", "keyboard",
    "screen", "headphone", "camera", "drone", "submarine"};
static const char *const zh_verbs[] = {"公布", "修好", "借走", "称量", "翻译", "点亮", "拆开", "复制", "运送",
    "测量", "训练", "教会", "绘制", "演奏", "栽种", "收集", "丢掉", "改写", "比较", "登记", "拍下", "烘干",
    "保存", "寻找", "唤醒", "预测", "听懂", "装进", "送给", "放大", "压缩", "赎回", "出租", "捐出", "重建",
    "模仿", "关掉", "认出", "擦去", "连接"};
static const char *const en_verbs[] = {"shown", "mended", "borrowed", "weighed", "translated", "lit",
    "opened", "copied", "shipped", "measured", "trained", "taught", "drawn", "played", "planted", "gathered",
    "lost", "rewritten", "compared", "registered", "photographed", "dried", "kept", "sought", "woken",
    "predicted", "understood", "packed", "given", "enlarged", "squeezed", "redeemed", "rented", "donated",
    "rebuilt", "imitated", "closed", "recognised", "erased", "connected"};
static const char *const zh_adjectives[] = {"便宜", "轻巧", "安静", "缓慢", "耐用", "透明", "古老", "温和",
    "精确", "省电", "稀有", "鲜艳", "脆弱", "厚重", "整齐", "陌生", "可靠", "昂贵", "明亮", "柔软", "迅速",
    "诚实", "笨拙", "细致", "公平", "复杂", "朴素", "沉默", "危险", "自由"};
static const char *const en_adjectives[] = {"cheap", "light", "quiet", "slow", "sturdy", "clear", "ancient",
    "gentle", "exact", "frugal", "rare", "bright", "fragile", "heavy", "tidy", "strange", "reliable",
    "costly", "shiny", "soft", "quick", "honest", "clumsy", "careful", "fair", "complex", "plain", "silent",
    "risky", "free"};
static const char *const zh_phrases[] = {
    "欢迎在评论区聊聊你的看法", "更多内容请看原文", "本条由读者推荐", "感谢志愿者的整理"};
static const char *const en_phrases[] = {"Tell us what you think in the comments",
    "Read more on the original page", "This one was sent in by a reader",
    "Thanks to the volunteers who helped"};
static const char *const hosts[] = {"news.example.org", "blog.example.com", "lab.example.net", "example.org",
    "press.example.com", "code.example.net", "arxiv.example", "weekly.example.org"};
static const char *const index_pages[] = {"news", "blog", "about", "products"};

static const char *const zh_begins[] = {"你觉得", "再想想，", "如果换成你，", "那么"};
static const char *const en_begins[] = {"And now: ", "Do you know: ", "In your view, ", "Then again, "};
static const char *const zh_typos[] = {"的", "得", "地", "在", "再", "做", "作", "象", "像", "已", "以"};
static const char *const en_typos[] = {"e", "a", "o", "t", "n", "s", "r", "l"};

#endif
