// The command line and the daemon with the room: no network but loopback.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { edition, Place, sleep, slow, until } from './lib/daemon.mjs'
import { Socket } from './lib/ws.mjs'

const configuration = `state: digestd.db
timezone: Asia/Shanghai
language: en
http: {listen: "127.0.0.1:0"}
sources:
  - {name: news, path: "posts/*.md", settle: 0s}
channels:
  hall: {platform: room, from: news, start: none, posts: [{what: contents, when: published}, {what: item, at: "09:00"}]}
`

describe('words', () => {
  const place = new Place({})
  after(() => place.remove())

  test('help, version, wrong words', async () => {
    assert.match((await place.run('--help')).out, /usage: digestd/)
    assert.match((await place.run('version')).out, /^digestd \d+\.\d+\.\d+\n$/)
    for (const name of (await place.run('--help')).out.matchAll(/^ {2}([a-z]+) /gm)) {
      const { code, out } = await place.run(name[1], '--help')
      assert.equal(code, 0)
      assert.match(out, new RegExp(`^digestd ${name[1]}: .+\\n\\nusage: digestd`))
    }
    const platforms = /as it looks on telegram, .*webhook\n/ // the same in the help and in the man page
    assert.match((await place.run('preview', '--help')).out, platforms)
    assert.match((await place.run('help', 'man', '1')).out, platforms)
    const wrong = await place.run('pots')
    assert.equal(wrong.code, 2)
    assert.match(wrong.err, /no subcommand pots; did you mean post\?/)
    assert.equal((await place.run()).code, 2)
    assert.equal((await place.run('post', '--frobnicate', 'x')).code, 2)
    assert.equal((await place.run('post')).code, 2)
    const none = await place.run('status')
    assert.equal(none.code, 2)
    assert.match(none.err, /no configuration/)
    assert.match(none.err, /digestd demo/)
  })
})

describe('an edition, by hand', () => {
  const place = new Place({ 'digestd.yaml': configuration, 'posts/.keep': '', 'one.md': edition('One', 4), 'none.md': 'Just words.\n' })
  after(() => place.remove())

  test('read', async () => {
    const [digest] = await place.json('read', 'one.md')
    assert.equal(digest.editions[0].sections[0].items.length, 4)
    assert.equal(digest.editions[0].sections[0].items[1].links[0].url, 'https://example.org/One/2')
    const { code, out } = await place.run('read', 'one.md')
    assert.equal(code, 0)
    assert.match(out, /4 One story 4/)
    const absent = await place.run('read', 'nothing.md')
    assert.equal(absent.code, 1)
    assert.match(absent.err, /nothing\.md/)
  })

  test('import, list, ask, preview, plan; nothing is posted', async () => {
    const stored = await place.run('import', 'one.md')
    assert.equal(stored.code, 0)
    assert.match(stored.out, /^one: stored, 4 items\n$/)
    assert.match((await place.run('import', 'one.md')).out, /^one: nothing has changed\n$/)
    place.write('broken.md', '---\ntitle: never closed\n')
    const several = await place.run('import', 'broken.md', 'absent.md', 'one.md')
    assert.equal(several.code, 2)
    assert.match(several.err, /^.*broken\.md:1.*\n.*absent\.md: No such.*\n/)
    assert.match(several.out, /one: nothing has changed/)
    assert.equal((await place.run('import', 'absent.md', 'one.md')).code, 1)
    // What became of each item: two say what, one went, and comes back with its number.
    const one = edition('One', 4), cut = one.slice(0, one.indexOf('#### One story 4'))
    writeFileSync(place.path('one.md'), cut.replace('One story 1', 'One tale 1').replace('/One/2', '/One/two'))
    const changed = await place.run('import', 'one.md')
    assert.equal(changed.out, 'one: 2 items changed (title, links), 1 gone\n  changed   1  One tale 1 (title)\n' +
      '  changed   2  One story 2 (links)\n  gone      4  One story 4\n')
    writeFileSync(place.path('one.md'), one)
    const [report] = await place.json('import', 'one.md')
    assert.deepEqual([report.name, report.new, report.changed, report.back, report.gone, report.unchanged], ['one', 0, 2, 1, 0, 1])
    assert.deepEqual(report.changes.map((change) => [change.kind, change.number, change.fields]),
      [['changed', 1, ['title']], ['changed', 2, ['links']], ['back', 4, []]])
    await place.start()
    assert.equal((await place.json('editions')).length, 1)
    const items = await place.json('items')
    assert.deepEqual(items.map((item) => item.number), [1, 2, 3, 4])
    assert.equal(typeof items[0].id, 'string')
    assert.equal((await place.json('questions')).length, 4)
    assert.match((await place.run('ask', '/item', '2')).out, /One story 2/)
    assert.match((await place.run('ask', '/search', 'lantern')).out, /story/)
    const text = await place.run('preview', 'item', '3', '--platform', 'text')
    assert.match(text.out, /One story 3/)
    assert.ok(!text.out.includes('**'))
    const telegram = await place.json('preview', 'contents', '--platform', 'telegram')
    assert.match(telegram[0].url, /\*\*\*/)
    assert.ok(telegram[0].units <= telegram[0].limit)
    assert.equal((await place.deliveries()).length, 0)
  })

  test('a post by hand leaves within two seconds, once', async () => {
    const began = Date.now()
    const posted = await place.run('post', 'item', '1', '--to', 'hall', '--wait')
    assert.equal(posted.code, 0, posted.err)
    assert.ok(Date.now() - began < 2000 * slow, `it took ${Date.now() - began} ms`)
    const again = await place.run('post', 'item', '1', '--to', 'hall')
    assert.equal(again.code, 1)
    assert.match(again.err, /--again/)
    assert.equal((await place.run('post', 'item', '1', '--to', 'hall', '--again', '--wait')).code, 0)
    assert.equal((await place.run('post', 'text', 'hello <b>there</b>', '--to', 'hall', '--key', 'k', '--wait')).code, 0)
    await place.run('post', 'text', 'hello <b>there</b>', '--to', 'hall', '--key', 'k')
    const sent = await place.deliveries('--state', 'sent')
    assert.deepEqual(sent.map((row) => row.kind), ['item', 'item', 'text'])
    assert.match((await place.run('why', sent[0].id)).out, /sent/)
    assert.equal((await place.run('post', 'item', '99', '--to', 'hall')).code, 1)
    assert.equal((await place.run('post', 'item', '1', '--to', 'nowhere')).code, 2)
  })

  test('held channels keep what is due', async () => {
    assert.equal((await place.run('hold', 'hall', '--why', '\x1b[31mnot\x07 now,\nplease')).code, 0)
    await place.run('post', 'item', '2', '--to', 'hall')
    await sleep(500)
    assert.ok(!(await place.deliveries('--state', 'sent')).some((row) => row.subject.endsWith('.2')))
    const status = await place.run('status')
    assert.match(status.out, /held.*\[31mnot now, please$/m)
    assert.ok(![...status.out].some((c) => c < ' ' && c !== '\n'), JSON.stringify(status.out))
    assert.equal((await place.run('resume', 'hall')).code, 0)
    await until(async () => (await place.deliveries('--state', 'sent')).some((row) => row.subject.endsWith('.2')), 'item 2')
  })

  test('SIGHUP takes up the configuration, all of it or nothing', async () => {
    const before = place.output.length
    place.write('digestd.yaml', configuration + '  attic: {platform: room, from: news, posts: []}\n')
    const early = await place.run('post', 'text', 'too early', '--to', 'attic', '--wait')
    assert.equal(early.code, 3)
    assert.match(early.out, /the running daemon does not know attic: it has not read this configuration\. Send it SIGHUP/)
    const ahead = await place.run('post', 'text', 'tomorrow', '--to', 'hall', '--wait', '--at', new Date(Date.now() + 86400e3).toISOString())
    assert.equal(ahead.code, 3)
    assert.match(ahead.out, /post \d+: it is due at \d{4}-.* Asia\/Shanghai and goes then/)
    place.child.kill('SIGHUP')
    await until(() => /channel attic is new[^]*configuration read again: \d+ change/.test(place.output.slice(before)), 'the new configuration')
    assert.equal((await place.run('post', 'text', 'up here', '--to', 'attic', '--wait')).code, 0)
    place.write('digestd.yaml', configuration + '  attic: {platform: rom}\n')
    place.child.kill('SIGHUP')
    await until(() => /stays as it was.*digestd\.yaml:\d+:\d+/.test(place.output.slice(before)), 'the complaint')
    place.write('digestd.yaml', configuration + '  attic: {platform: room, from: news, posts: []}\n')
    assert.equal((await place.run('post', 'text', 'still here', '--to', 'attic', '--wait')).code, 0)
  })

  test('a second daemon on the file is refused, SIGTERM ends the first in time', async () => {
    const second = await place.run('run')
    assert.notEqual(second.code, 0)
    assert.match(second.err, /another|already|running/i)
    const began = Date.now()
    await place.stop()
    assert.ok(Date.now() - began < 10000)
    assert.ok(!/: hall: /.test(place.output), 'a name twice in a line')
    assert.match((await place.run('post', 'item', '3', '--to', 'hall')).err, /No daemon is running/)
    assert.equal((await place.run('run', '--drain')).code, 0)
    assert.ok((await place.deliveries('--state', 'sent')).some((row) => row.subject.endsWith('.3')))
  })
})

describe('a published edition', () => {
  const place = new Place({ 'digestd.yaml': configuration, 'posts/old.md': edition('Old', 2) })
  before(() => place.start())
  after(() => place.remove())

  test('what was there before is told to nobody', async () => {
    assert.match(place.output, /none will be posted/)
    assert.equal((await place.deliveries()).length, 0)
  })

  test('a new file is told once, whatever is done to it', async () => {
    place.write('posts/new.md', edition('New', 3))
    await until(async () => (await place.deliveries('--state', 'sent')).length === 1, 'the contents')
    place.write('posts/new.md', edition('New', 3).replace('lantern', 'lamp'))
    await sleep(1000)
    await place.stop('SIGKILL')
    await place.start()
    await sleep(500)
    const sent = await place.deliveries()
    assert.deepEqual(sent.map((row) => [row.kind, row.state]), [['contents', 'sent']])
    assert.deepEqual((await place.json('items')).map((item) => item.number), [1, 2, 3])
  })

  test('the plan tells the next items and what will not fit', async () => {
    const all = await place.json('plan', '--days', '2'), plan = all.filter((row) => row.fits)
    const unfit = all.filter((row) => !row.fits && row.kind === 'item')
    assert.equal(unfit.length, 1)
    assert.ok(unfit[0].title && unfit[0].why === 'retired')
    assert.deepEqual(plan.map((row) => row.kind), ['item', 'item'])
    assert.ok(plan.every((row) => row.local.endsWith('09:00')))
    assert.match((await place.run('plan', '--days', '2')).out, /1 items? of the newest edition/)
  })

  test('a broken file changes nothing and is said once', async () => {
    writeFileSync(place.path('posts/new.md'), Buffer.from([0, 1, 2, 3, 255, 254]))
    await until(() => /new\.md/.test(place.output.split('it goes on').pop()), 'the complaint')
    assert.equal((await place.json('items')).length, 3)
  })

  test('the room answers in a socket, once for each ref', async () => {
    const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(place.output.slice(place.output.lastIndexOf('page is at')))[1]
    const socket = await new Socket(Number(port)).opened
    socket.send({ t: 'hello', channel: '', after: 0, epoch: '', client: 'c1', language: 'en' })
    await socket.next((message) => message.t === 'ready')
    for (let i = 0; i < 3; i++) socket.send({ t: 'say', ref: 'r1', name: 'A<b>', text: '/item 2' })
    const row = await socket.next((message) => message.t === 'row' && message.row.kind === 'answer')
    assert.match(row.row.html, /New story 2/)
    await sleep(300)
    assert.ok(!socket.messages.some((message) => message.t === 'row' && message.row.kind === 'answer'), 'answered twice')
    socket.close()
  })
})

describe('the state file', () => {
  test('of another program, of a newer version, read-only', async () => {
    const place = new Place({ 'digestd.yaml': configuration, 'posts/one.md': edition('One', 2) })
    try {
      writeFileSync(place.path('digestd.db'), 'this is a text file, and quite long enough to be looked at\n'.repeat(20))
      const foreign = await place.run('run', '--drain')
      assert.equal(foreign.code, 1)
      assert.match(foreign.err, /digestd\.db/)
      assert.equal(readFileSync(place.path('digestd.db'), 'utf8').slice(0, 4), 'this')
      writeFileSync(place.path('digestd.db'), '')
      assert.equal((await place.run('run', '--drain')).code, 0)
      const file = readFileSync(place.path('digestd.db'))
      const newer = Buffer.from(file)
      newer.writeUInt32BE(999, 60) // user_version
      writeFileSync(place.path('digestd.db'), newer)
      const refused = await place.run('run', '--drain')
      assert.equal(refused.code, 1)
      assert.match(refused.err, /newer/)
      assert.deepEqual(readFileSync(place.path('digestd.db')), newer)
    } finally {
      await place.remove()
    }
  })

  test('a start beside a taken port says so', async () => {
    const first = new Place({ 'digestd.yaml': configuration, 'posts/one.md': edition('One', 2) })
    const second = new Place({ 'posts/one.md': edition('One', 2) })
    try {
      await first.start()
      const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(first.output)[1]
      second.write('digestd.yaml', configuration.replace('127.0.0.1:0', `127.0.0.1:${port}`))
      const refused = await second.run('run')
      assert.notEqual(refused.code, 0)
      assert.match(refused.err, new RegExp(`127\\.0\\.0\\.1:${port}.*taken`))
    } finally {
      await first.remove()
      await second.remove()
    }
  })
})

describe('files of one name in several folders', () => {
  const place = new Place({ 'digestd.yaml': configuration.replace('posts/*.md', 'posts/*/*.md'), 'posts/week-1/index.md': edition('One', 2),
    'posts/week-2/index.md': edition('Two', 3), 'posts/2023/5.md': edition('Three', 1), 'posts/2024/5.md': edition('Four', 4) })
  after(() => place.remove())

  test('are an edition each, for the daemon and by hand, and stay it', async () => {
    const told = async () => Object.fromEntries((await place.json('editions')).map((row) => [row.title, row]))
    const items = (rows) => Object.entries(rows).map(([title, row]) => [title, row.items]).sort()
    await place.start()
    const first = await told()
    assert.deepEqual(items(first), [['Four', 4], ['One', 2], ['Three', 1], ['Two', 3]])
    assert.deepEqual([first.One.name, first.Two.name], ['week-1', 'week-2'])
    assert.deepEqual([first.Three.name, first.Four.name].sort(), ['5', '5-2']) // whichever was read first
    place.write('posts/week-2/index.md', edition('Two', 4))
    await until(() => /week-2\/index\.md: 1 new item/.test(place.output), 'the line of the change')
    place.write('posts/2024/5.md', edition('Four', 5))
    await until(async () => (await told()).Four.items === 5, 'the other change')
    await place.stop()
    const again = await place.run('import', 'posts/week-1/index.md', 'posts/2024/5.md')
    assert.match(again.out, new RegExp(`^week-1: nothing has changed\n${first.Four.name}: nothing has changed\n`))
    await place.start()
    const last = await told()
    assert.deepEqual(items(last), [['Four', 5], ['One', 2], ['Three', 1], ['Two', 4]])
    for (const title in first) assert.equal(last[title].id, first[title].id)
  })
})
