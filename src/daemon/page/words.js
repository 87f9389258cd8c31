// What the page says, in the two languages it speaks.

const zh = {
  archive: '往期', nameOf: (name) => `我的名字：${name}，点一下改`, guest: '访客', whoTitle: '你的名字', whoLabel: '房间里的人看到的名字，只记在这个浏览器里',
  save: '好', cancel: '算了', send: '发送', inputLabel: '问点什么', inputHint: '输 / 看命令，或直接搜', log: '房间里的消息',
  rooms: '房间', chips: '常用的问题', hints: '命令', digest: '摘要', me: '我', older: '更早的', edited: '改过', gone: '已撤回',
  week: '本周', item: '第 2 条', question: '今日一问', search: '搜索', searchStart: '/search ',
  lost: '连接断了，正在重试', lostIn: (s) => `连接断了，${s} 秒后再试`, now: '现在就试', waiting: '等连接恢复后发出', fast: '太快了，歇一会儿再发', notSent: '没有发出',
  resend: '再发一次', fresh: (n) => `${n} 条新消息`, today: '今天', yesterday: '昨天', reply: '回复', noRoom: '没有配置房间。',
  demo1: '这是你的试验房间，只有这台电脑看得到，不会发到任何群。', demo2: '刚发布了一期示例，半分钟内会来一条。', tap: '点一下：',
  own: '看看你自己的一期：把 .md 拖到这里（只在本机读）', choose: '选一个 .md', happy: '满意了？接一个真的群：', room1: (name) => `这里是「${name}」。新一期出来会发到这里，也可以直接问。`,
  dropHere: '放开，就在本机读一遍', reading: '正在读', readTitle: (name) => `${name} 读成了什么`, close: '关闭', other: '换一个文件', tooBig: '文件超过 2 MB。', notRead: '没读成',
  sections: (n) => `${n} 个小节`, items: (n) => `${n} 条`, questions: (n) => `${n} 个问题`, links: (n) => `${n} 个链接`, images: (n) => `${n} 张图`, untitled: '（没有标题）', noItems: '一条也没有读到。', ofEditions: (n) => `这是 ${n} 期里最新的一期。`, warnings: '提醒', more: (n) => `还有 ${n} 条没有列出`,
  explained: '每一段读成了什么', explainedHead: ['行', '成了', '文字', '因为'], moreBlocks: (n) => `后面还有 ${n} 段没有列出`,
  shows: '它会这样出现', tabs: { room: '房间', telegram: 'Telegram', text: '纯文本' }, copy: '复制', copied: '已复制', copyFailed: '复制不了，请手动选中', copyHint: '机器人进不去的群，复制过去就行', lost_: '这里显示不了：',
  size: { utf16: '字符', points: '字', bytes: '字节' }, part: (i, n) => `第 ${i}/${n} 段`, offline: '连不上 digestd。', slow: '读得太久了，已停下。', gone: '这个文件已经不在内存里了，再拖一次。', of: '/',
};

const several = (noun) => (n) => `${n} ${noun}${n === 1 ? '' : 's'}`;

const en = {
  archive: 'Archive', nameOf: (name) => `My name: ${name}, tap to change`, guest: 'Guest', whoTitle: 'Your name', whoLabel: 'How others in the room see you; kept in this browser only',
  save: 'Save', cancel: 'Cancel', send: 'Send', inputLabel: 'Ask something', inputHint: '/ for commands, or search', log: 'Messages of the room',
  rooms: 'Room', chips: 'Common questions', hints: 'Commands', digest: 'Digest', me: 'Me', older: 'Earlier', edited: 'edited', gone: 'taken back',
  week: 'This week', item: 'Item 2', question: 'Question', search: 'Search', searchStart: '/search ',
  lost: 'Connection lost, trying again', lostIn: (s) => `Connection lost, trying again in ${s} s`, now: 'Try now', waiting: 'goes out when the connection is back', fast: 'Too fast; wait a moment, then', notSent: 'Not sent.',
  resend: 'Send again', fresh: (n) => (n === 1 ? '1 new message' : `${n} new messages`), today: 'Today', yesterday: 'Yesterday', reply: 'In reply to', noRoom: 'No room is configured.',
  demo1: 'Your trial room. Only this computer sees it; nothing goes to any group.', demo2: 'A sample edition has just come out, an item follows within half a minute.', tap: 'Tap one:',
  own: 'See your own: drop its .md here (read on this machine only)', choose: 'Choose a .md', happy: 'Happy? Connect a group:', room1: (name) => `This is “${name}”. New editions appear here, and it answers questions.`,
  dropHere: 'Drop it to have it read on this machine', reading: 'Reading', readTitle: (name) => `How ${name} was read`, close: 'Close', other: 'Another file', tooBig: 'The file is larger than 2 MB.', notRead: 'It could not be read',
  sections: several('section'), items: several('item'), questions: several('question'), links: several('link'), images: several('picture'), untitled: '(no title)', noItems: 'Not one item was found.', ofEditions: (n) => `This is the newest of ${n} editions.`, warnings: 'Notes', more: (n) => `${n} more are not listed`,
  explained: 'What became of each block', explainedHead: ['Line', 'Became', 'Words', 'Because'], moreBlocks: (n) => `${n} more blocks are not listed`,
  shows: 'How it will look', tabs: { room: 'Room', telegram: 'Telegram', text: 'Plain' }, copy: 'Copy', copied: 'Copied', copyFailed: 'Could not copy; select it by hand', copyHint: 'For groups no robot can reach: copy and paste', lost_: 'Not shown here: ',
  size: { utf16: 'characters', points: 'characters', bytes: 'bytes' }, part: (i, n) => `Part ${i} of ${n}`, offline: 'digestd does not answer.', slow: 'Reading took too long and was stopped.', gone: 'This file is no longer in memory; drop it again.', of: '/',
};

export const language = (navigator.language || 'en').toLowerCase().startsWith('zh') ? 'zh' : 'en';
export const words = language === 'zh' ? zh : en;
export const locale = language === 'zh' ? 'zh-CN' : navigator.language || 'en';
