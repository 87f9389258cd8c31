// With language: zh people read Chinese, whatever they ask; programs read the same in both languages.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { Place, slow, until } from './lib/daemon.mjs'
import { chatOf, Groups } from './lib/telegram.mjs'

const EDITION = `---
title: "每周观察"
lang: zh
---

## 热点

#### 第一件事

写了几句话，够一条用了。

ref. https://example.org/1

**Questions:**

1. 你怎么看第一件事？

#### 第二件事

又写了几句话。

## 其他

#### 第三件事

还有几句。
`

const about = (language) => ({
  language, files: { 'posts/one.md': EDITION, 'two.md': EDITION.replace('每周观察', '另一期').replaceAll('件事', '桩事') },
  channels: [
    `c0: {bot: tg, chat: ${chatOf(0)}, from: news, posts: [{what: contents, when: published}, {what: item, at: "09:00"}]}`,
    `c1: {bot: tg, chat: ${chatOf(1)}, from: news, posts: []}`,
    'hall: {platform: room, from: news, posts: [{what: item, at: "10:00", days: mon}], timezone: Europe/Berlin}'],
})

// What may be Latin: addresses, paths, what is typed, flags, zones, names of states as they are typed.
const TYPED = 'run|demo|init|read|import|editions|items|questions|post|preview|plan|ask|status|deliveries|why|resolve|undo|hold|resume|check|backup|restore|version|help'
const allowed = [
  /\[[^\]]*\]/g, // what the network or the platform said, word for word
  /https?:\/\/\S+/g, /(?:\.{0,2}\/)?[\w.~*-]*\/[\w./*~-]+/g, /\$?[A-Z][A-Z_]{2,}/g, /--?[a-z][\w-]*/g,
  new RegExp(`digestd (?:${TYPED})\\b(?: (?:[\\w:.|…/-]+))*`, 'g'),
  /item N|section NAME|text STRING|(?:sent|resend|drop)\|[\w|]+/g,
  /^ {2}(?:contents|item|question|section|edition) (?:when|at|cron)\b.*$/gm, // rules in their normal form
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:info|warning|error) \S+: /gm,
]
const SENTENCE = /[A-Za-z][A-Za-z'’]*(?:[ ,;:.]+[A-Za-z][A-Za-z'’]*){2,}/

function english(text) {
  for (const one of allowed) text = text.replace(one, '·')
  return text.split('\n').filter((line) => SENTENCE.test(line))
}

const all = [] // what the Chinese place said, for the last test
async function chinese(place, code, ...words) {
  const got = await place.run(...words)
  const said = got.out + got.err
  assert.equal(got.code, code, `${words.join(' ')}: ${said}`)
  assert.deepEqual(english(said), [], words.join(' '))
  assert.match(said, /\p{Script=Han}/u, words.join(' '))
  all.push(said)
  return said
}

test('the net for English sentences holds them', () => {
  for (const text of ['post 1: still waiting; see digestd status', 'The daemon is running.', 'c0 is held: nothing is posted by rules',
    '没有 digestd：No daemon is running on it', 'hall has posts: but no source'])
    assert.equal(english(text).length, 1, text)
  for (const text of ['第 1 号：还在等；看 digestd status', '看一眼：digestd resolve 3 sent|resend|drop', '  item at 09:00 mon-fri'])
    assert.equal(english(text).length, 0, text)
})

describe('before a configuration is read', () => {
  const place = new Place({})
  after(() => place.remove())
  const wrong = [[2, 'pots'], [2, '--frob'], [2, 'post'], [2, 'post', '--frob'], [2, 'status'], [2, 'post', 'item', '1', '--to'],
    [2, 'version', 'now'], [2, 'preview', 'item', '1'], [2, 'preview', 'item', '1', '--platform', 'pigeon']]

  test('the language is that of the environment', async () => {
    place.before = ['env', '-u', 'LC_MESSAGES', 'LC_ALL=zh_CN.UTF-8']
    for (const words of wrong.slice(0, -1)) await chinese(place, ...words)
    place.before = ['env', '-u', 'LC_ALL', '-u', 'LC_MESSAGES', 'LANG=de_DE.UTF-8']
    for (const [code, ...words] of wrong) {
      const got = await place.run(...words)
      assert.equal(got.code, code)
      assert.doesNotMatch(got.err, /\p{Script=Han}/u, words.join(' '))
    }
  })
})

describe('every subcommand', () => {
  let zh, en
  before(async () => {
    zh = await Groups.open(about('zh'))
    en = await Groups.open(about('en'))
  })
  after(async () => {
    await zh.close()
    await en.close()
  })

  /** The same words in both: the same bytes, but for the folder, ports, times and sentences. */
  async function same(...words) {
    const read = async (place) => (await place.run(...words, '--json')).out
      .replaceAll(place.folder, 'FOLDER').replaceAll(place.tg.url, 'API').replace(/:\d{4,5}\b/g, ':PORT')
      .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"T"').replace(/"(local|operator_local)":"(\w\w\w) [^"]+"/g, '"$1":"$2"')
      .replace(/"(text|why|next_why|error)":"[^"]*"/g, '"$1":"…"')
      .replace(/"language":"(zh|en)"/g, '"language":"…"')
      .replace(/text:\d{13}/g, 'text:T')
    const [chinese, english] = [await read(zh), await read(en)]
    assert.ok(english, words.join(' '))
    assert.equal(chinese, english, words.join(' '))
  }

  test('without a state file', async () => {
    assert.match(await chinese(zh, 0, 'check'), /^digestd\.yaml 没有问题：3 个群，1 个来源；网页在 /)
    await chinese(zh, 0, 'check', '--online')
    await chinese(zh, 0, 'read', 'posts/one.md')
    await chinese(zh, 0, 'preview', 'item', '1', '--platform', 'text', '--file', 'posts/one.md')
    for (const words of ['status', 'plan', 'editions', 'items', 'questions', 'deliveries'])
      assert.match(await chinese(zh, 1, words), /还没有状态文件/)
    for (const words of [['read', 'posts/one.md'], ['version']]) await same(...words)
    for (const wrong of [['post', 'item', '1'], ['post', 'pigeon', '--to', 'c0'], ['post', 'section', '--to', 'c0'], ['hold'], ['resume'],
      ['resolve', '1'], ['resolve', 'x', 'sent'], ['post', 'item', '1', '--to', 'pigeon'], ['hold', 'pigeon'],
      ['hold', 'c0', '--until', 'soon'], ['hold', 'c0', '--until', '2020-01-01'], ['undo'], ['undo', 'pigeon'], ['why', 'x'],
      ['deliveries', '--state', 'lost'], ['plan', '--days', '0'],
      ['post', 'text', 'x', '--to', 'c0,all'], ['post', 'text', 'x', '--to', 'c0,,c1'], ['post', 'text', 'x', '--to', 'c1', '--at', '2020-01-01T09:00'],
      ['plan', '--from', '2020-01-01'], ['plan', '--from', 'soon']])
      await chinese(zh, 2, ...wrong)
  })

  test('names and times that cannot be meant', async () => {
    const said = async (...words) => (await en.run(...words)).err
    assert.match(await said('post', 'text', 'x', '--to', 'c0,all'), /all stands alone: --to all, or the names of channels/)
    assert.match(await said('post', 'text', 'x', '--to', 'c0,,c1'), /a name is missing between the commas of c0,,c1; there are: c0, c1, hall/)
    assert.match(await said('post', 'text', 'x', '--to', 'c0,pigeon'), /there is no channel pigeon; there are: c0, c1, hall/)
    assert.match(await said('post', 'text', 'x', '--to', 'c1', '--at', '2020-01-01T09:00'), /--at: 2020-01-01T09:00 is over already: it is \d{4}-\d\d-\d\d \d\d:\d\d \S+ now/)
    assert.match(await said('hold', 'c1', '--until', '2020-01-01'), /2020-01-01 is over already: it is /)
  })

  test('without a daemon', async () => {
    for (const place of [zh, en]) assert.equal((await place.run('import', 'two.md')).code, 0)
    await chinese(zh, 0, 'import', 'two.md')
    const two = readFileSync(zh.path('two.md'), 'utf8')
    for (const place of [zh, en]) writeFileSync(place.path('two.md'), `${two}\n#### 又一条\n\n昨天才发生的一件事，谁也没有料到。\n`)
    assert.match(await chinese(zh, 0, 'import', 'two.md'), /^two：新增 1 条\n  新增   4  又一条\n/)
    assert.equal((await en.run('import', 'two.md')).code, 0)
    await chinese(zh, 0, 'editions')
    await chinese(zh, 0, 'items', '另一期').catch(() => chinese(zh, 0, 'items', 'two'))
    assert.match(await chinese(zh, 0, 'status'), /没有在运行/)
    await chinese(zh, 0, 'plan')
    assert.equal((await en.run('plan', '--from', '2099-12-01')).code, 0)
    assert.match(await chinese(zh, 0, 'post', 'text', '先排着', '--to', 'c1'), /没有 digestd 在跑/)
    assert.equal((await en.run('post', 'text', '先排着', '--to', 'c1')).code, 0)
    assert.match(await chinese(zh, 0, 'post', 'text', '看一眼', '--to', 'c1', '--dry-run'), /^会发到 c1：/)
    assert.match(await chinese(zh, 1, 'post', 'item', '9', '--to', 'c1'), /没有第 9 条/)
    await chinese(zh, 1, 'resolve', '999', 'drop')
    await chinese(zh, 2, 'resolve', '1', 'burn')
    await chinese(zh, 1, 'why', '999')
    await chinese(zh, 1, 'items', 'nothing')
  })

  test('beside the daemon: its lines too', async () => {
    await Promise.all([zh.start(), en.start()])
    for (const place of [zh, en]) await until(async () => (await place.deliveries()).some((row) => row.state === 'sent'), 'the text')
    assert.match(await chinese(zh, 0, 'post', 'item', '1', '--to', 'c1', '--wait'), /第 \d+ 号：已发/)
    assert.match(await chinese(zh, 1, 'post', 'item', '1', '--to', 'c1'), /--again/)
    assert.equal((await en.run('post', 'item', '1', '--to', 'c1', '--wait')).code, 0)
    assert.match(await chinese(zh, 0, 'deliveries'), /已发/)
    assert.match(await chinese(zh, 0, 'plan', '--days', '8'), /周[一二三四五六日]/)
    assert.match(await chinese(zh, 0, 'why', '1'), /第 1 号：文字 .*已发/)
    assert.match(await chinese(zh, 0, 'preview', 'contents', '--to', 'hall'), /每周观察/)
    assert.match((await zh.run('preview', 'item', '1', '--to', 'c1')).out, /^# c1，Telegram：第 1 段（共 1 段），用了 \d+\/4096 /)
    await chinese(zh, 0, 'ask', '/week', '上周')
    await chinese(zh, 0, 'questions')
    for (const words of [['editions'], ['items'], ['questions'], ['deliveries'], ['why', '1'], ['status'], ['plan', '--days', '8'],
      ['preview', 'item', '2', '--platform', 'telegram'], ['preview', 'item', '2', '--to', 'c1'], ['check']]) await same(...words)
  })

  test('a channel that is held: post --wait says so at once', async () => {
    assert.match(await chinese(zh, 0, 'hold', 'c1', '--until', '2099-01-01', '--why', '过节'), /停到 2099-01-01 00:00/)
    const began = Date.now()
    assert.match(await chinese(zh, 3, 'post', 'item', '2', '--to', 'c1', '--wait'), /c1 停着，到 2099-01-01 00:00 .*digestd resume c1/)
    await en.run('hold', 'c1')
    const held = await en.run('post', 'item', '2', '--to', 'c1', '--wait')
    assert.equal(held.code, 3)
    assert.match(held.out, /c1 is held\. To send it: digestd resume c1/)
    assert.ok(Date.now() - began < 20000 * slow)
    const [, waited] = (await en.run('post', 'item', '3', '--to', 'c1', '--wait', '--json')).out.trim().split('\n').map((line) => JSON.parse(line))
    assert.equal(waited.state, 'waiting')
    await zh.run('post', 'item', '3', '--to', 'c1')
    assert.match(await chinese(zh, 0, 'status'), /c1\s+停着/)
    await chinese(zh, 0, 'plan')
    for (const place of [zh, en]) {
      assert.deepEqual((await place.json('resume', 'c1'))[0].outcome, 'done')
      await until(async () => (await place.deliveries()).filter((row) => row.state === 'sent').length >= 4, 'what waited')
    }
    await same('hold', 'c1')
    await same('resume', '--all')
    await chinese(zh, 0, 'hold', '--all')
    await chinese(zh, 0, 'resume', '--all')
  })

  test('what is unsure, resolved, undone; a copy', async () => {
    for (const place of [zh, en]) place.tg.fault({ kind: 'close', method: 'sendMessage' })
    assert.match(await chinese(zh, 3, 'post', 'text', '到没到', '--to', 'c1', '--wait'), /不确定/)
    assert.equal((await en.run('post', 'text', '到没到', '--to', 'c1', '--wait')).code, 3)
    const said = await chinese(zh, 0, 'status')
    assert.match(said, /不确定 1/)
    const [, id] = /digestd resolve (\d+) sent {6}在/.exec(said)
    await same('deliveries', '--state', 'unknown')
    assert.match(await chinese(zh, 0, 'resolve', id, 'drop'), /不发了/)
    await en.run('resolve', id, 'drop')
    assert.match(await chinese(zh, 1, 'resolve', id, 'drop'), /dropped/)
    await same('resolve', id, 'sent')
    assert.match(await chinese(zh, 0, 'why', id), /不确定 -> 不发了 .*手动/)
    await same('why', id)
    await chinese(zh, 0, 'resolve', '--all', 'sent')
    await chinese(zh, 0, 'undo', 'c1')
    await chinese(zh, 0, 'backup', 'copy.db')
    await chinese(zh, 0, 'ask', '/status')
  })

  test('run --drain and restore; what the daemon said', async () => {
    await zh.stop()
    await chinese(zh, 0, 'post', 'item', '1', '--to', 'c1', '--again')
    const drained = await zh.run('run', '--drain')
    assert.equal(drained.code, 0, drained.err)
    assert.match(await chinese(zh, 0, 'restore', 'copy.db', '--force'), /现在就是状态文件/)
    assert.deepEqual(english(zh.output), [])
  })

  test('exit codes and the words of programs stay English', async () => {
    for (const row of await zh.json('deliveries')) assert.match(row.state + row.kind, /^[a-z]+$/)
    for (const row of await zh.json('status')) assert.match(row.state, /^[a-z]+$/)
  })
})
