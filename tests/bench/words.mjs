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
