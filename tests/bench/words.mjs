// Editions in our own words, the same ones each time: half of them English, half Chinese.
const english = `a small team opens its lab notes; the model learns to draw maps; prices fall while the queue grows;
 an old compiler meets a new machine; teachers write rules for homework with machines; a museum lets visitors ask its
 paintings; engineers count the energy of one answer; a court asks who owns a melody; the library scans its cards`
  .split(';').map((part) => part.replace(/\s+/g, ' ').trim())
const chinese = `一个小团队公开了实验笔记；模型学会了画地图；价格下降而排队变长；旧编译器遇到新机器；老师们为机器作业写下规则；
博物馆让参观者向画作提问；工程师计算一次回答的能耗；法院问旋律属于谁；图书馆扫描了自己的卡片`.replace(/\s+/g, '').split('；')

/** A sequence of numbers below n, the same for the same seed (a linear congruential generator). */
function dice(seed) {
  let state = (seed * 2654435761) >>> 0
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor(state / 4294967296 * n)
  }
}

/** `items` items, grown until the file has about `bytes` bytes (0 = two sentences an item). */
export function edition(seed, items, bytes = 0) {
  const roll = dice(seed)
  const zh = seed % 2 === 1
  const sentence = () => (zh ? chinese : english)[roll(9)] + (zh ? '。' : '. ')
  const date = new Date(Date.UTC(2024, 0, 5 + 7 * seed)).toISOString().slice(0, 10)
  const bodies = Array.from({ length: items }, () => sentence() + sentence())
  const text = () => {
    const parts = bodies.map((body, i) => `#### ${zh ? '故事' : 'Story'} ${seed}.${i + 1} ${(zh ? chinese : english)[(seed + i) % 9]}

${body.trim()}

ref. https://example.org/${date}/${i + 1} ${zh ? '来源' : 'the source'}

**${zh ? '探索之问' : 'Questions'}:**

1. ${zh ? `这第 ${i + 1} 件事会改变什么？` : `What would change if number ${i + 1} were wrong?`}
2. ${zh ? '谁会先注意到？' : 'Who would notice first?'}
`)
    const third = Math.ceil(items / 3)
    const sections = [0, 1, 2].map((n) => `## ${zh ? '栏目' : 'Section'} ${n + 1}\n\n${parts.slice(n * third, (n + 1) * third).join('\n')}`)
    return `---\ntitle: "${zh ? '周报' : 'Weekly'} ${seed}"\ndate: ${date}\n---\n\n${sections.join('\n')}`
  }
  for (let size = Buffer.byteLength(text()), i = 0; size < bytes; i++) {
    const more = sentence()
    bodies[i % items] += (i % (3 * items) < items ? '\n\n' : '') + more
    size += Buffer.byteLength(more) + (i % (3 * items) < items ? 2 : 0)
  }
  return text()
}

// --- a digest with the habits of digests --------------------------------------------------------------------------------

/** Lines cut as editors' tools cut them, at about 80 bytes of width; addresses too, after a hyphen. */
function wrapped(text, zh) {
  const lines = []
  for (let rest = text, width = zh ? 38 : 78; rest.length;) {
    let at = rest.length <= width ? rest.length : zh ? width : rest.lastIndexOf(' ', width)
    if (at <= 0) at = width
    lines.push(rest.slice(0, at).trim())
    rest = rest.slice(at).trim()
  }
  return lines.join('\n')
}

/** What stands after a story: its links with labels, then questions, in one of the ways that people write them. */
function tail(roll, zh, n, date) {
  const url = (what) => `https://example.org/${date}/${what}/story-${n}-of-the-\nweek/`
  const links = [
    () => `ref. <https://example.org/${date}/${n}>`,
    () => zh ? `源头：[原文的第 ${n} 版](${`https://example.org/a_(b)/${n}?x=1&y=2`})  中文：https://example.org/zh/${n}` : `Source: [the paper](https://example.org/paper/${n}) and https://example.org/code/${n}.`,
    () => (zh ? '拓展阅读：' : 'Read more: ') + url('more'),
    () => `${zh ? '试用 Demo' : 'Demo'}: [![${zh ? '画面' : 'a picture'}](/images/${n}.png)](https://example.org/demo/${n})`,
  ]
  const questions = zh
    ? [`这第 ${n} 件事会改变什么？`, '谁会先注意到，又由谁来付钱？', '如果它错了，我们怎样知道？']
    : [`What would change if number ${n} were wrong?`, 'Who would notice first, and who pays?', 'How could we know?']
  const ways = [
    () => `**${zh ? '探索之问' : 'Questions'}:**\n\n${questions.map((q, i) => `${i + 1}. ${q}`).join('\n')}`,
    () => `${zh ? '思考题：' : 'Discussion: '}${questions.slice(0, 2).join(zh ? '' : ' ')}`,
    () => `**${zh ? '探索之问：' : 'Questions:'}** ${questions.map((q, i) => `${i + 1}\\. ${q}`).join(' ')}`,
  ]
  return [links[roll(4)](), ...(roll(3) ? [links[roll(3)]()] : []), ...(roll(4) ? [ways[roll(3)]()] : [])].join('\n\n')
}

/** A digest of about `bytes` bytes, and of about `items` items (0 = as many as fit at a natural length). */
export function digest(seed, bytes, items = 0) {
  const roll = dice(seed), zh = seed % 2 === 1, stock = zh ? chinese : english
  const stop = zh ? '。' : '. '
  const sentence = () => {
    const words = stock[roll(9)], other = stock[roll(9)]
    const ways = [
      () => words + stop, () => `${words}${zh ? '，' : ', '}${other}${stop}`, () => `**${zh ? '重点：' : 'Note:'}**${zh ? '' : ' '}${words}${stop}`,
      () => `${words}${zh ? '（见 ' : ' (see '}[${other}](https://example.org/${roll(1000)}/page_${roll(100)})${zh ? '）' : ')'}${stop}`,
      () => `${zh ? '有人说“' : 'Somebody says "'}${words}${zh ? '”' : '"'}${zh ? '，另一些人用' : ', others use '}\`make_${roll(50)}\`${stop}`,
      () => `*${words}*${zh ? '，2026 年有 ' : ', and in 2026 there were '}${roll(9000)}${zh ? ' 个' : ' of them'}${stop}`,
    ]
    return ways[roll(6)]()
  }
  const date = new Date(Date.UTC(2024, 0, 5 + 7 * (seed % 100))).toISOString().slice(0, 10)
  const parts = [`---\ntitle: "${zh ? '周报' : 'Weekly'} ${seed}"\ndate: ${date}\ntags: [${zh ? '机器, 读书' : 'machines, books'}]\n---\n\n${wrapped(sentence() + sentence(), zh)}\n`]
  const each = items ? Math.floor(bytes / items) : 0
  for (let n = 1, size = Buffer.byteLength(parts[0]); items ? n <= items : size < bytes; n++) {
    const story = [`#### ${zh ? '' : 'Story: '}${stock[(seed + n) % 9]} ${n}`]
    if (n % 7 === 1) story.unshift(`## ${zh ? '栏目' : 'Section'} ${(n - 1) / 7 + 1}`)
    for (let i = 0, length = 0; each ? length < each - 420 || i < 1 : i < 1 + roll(3); i++) {
      story.push(wrapped(Array.from({ length: 1 + roll(3) }, sentence).join(''), zh))
      length += Buffer.byteLength(story.at(-1))
    }
    if (n % 11 === 5) story.push(`- ${sentence()}\n- ${sentence()}`)
    if (n % 23 === 9) story.push(`| ${zh ? '名称 | 数' : 'name | count'} |\n|---|---|\n| a | ${n} |\n| b | 2 |`)
    if (n % 31 === 4) story.push('```c\nint main(void) { return 0; }\n```')
    story.push(tail(roll, zh, n, date))
    parts.push(story.join('\n\n') + '\n')
    size += Buffer.byteLength(parts.at(-1)) + 1
  }
  return parts.join('\n')
}
