// Moving: a copy made while the daemon works, a lost machine, another one that goes on. Nothing is told twice.
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, statSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { edition, Place, until } from './lib/daemon.mjs'
import { chatOf, configuration, PATIENT, TOKEN } from './lib/telegram.mjs'
import { start } from './standin/telegram.mjs'

const OLD = '0123456789abcdef0123456789abcdef', NEW = 'fedcba9876543210fedcba9876543210'
const day = (ms) => new Date(ms).toISOString().slice(0, 10)
const dated = (title, count) => edition(title, count).replace('---\n', `---\ndate: ${day(Date.now())}\n`)

describe('a move', { timeout: 240000 }, () => {
  let tg, old, fresh
  const texts = (chat = chatOf(0)) => tg.messages.filter((one) => one.chat.id === chat).map((one) => one.text.split('\n')[0])
  const channels = ['c0: {bot: tg, chat: ' + chatOf(0) + ', from: news, start: none, posts: [{what: contents, when: published}, {what: item, at: ["00:01"]}]}']
  const machine = (place, id) => {
    place.write('machine-id', `${id}\n`)
    return { env: { DIGESTD_MACHINE_ID: place.path('machine-id') } }
  }

  before(async () => {
    tg = await start({ token: TOKEN })
    const text = configuration({ api: tg.url, channels }).replace('Asia/Shanghai', 'UTC')
    old = new Place({ 'tg.token': `${TOKEN}\n`, 'posts/one.md': edition('One', 5), 'digestd.yaml': text })
    fresh = new Place({ 'tg.token': `${TOKEN}\n`, 'posts/one.md': edition('One', 5), 'digestd.yaml': text })
  })
  after(async () => {
    await old.remove()
    await fresh.remove()
    await tg.stop()
  })

  test('a copy is made beside the daemon, for its owner alone, and marked', async () => {
    await old.start(['run'], machine(old, OLD))
    await old.run('post', 'text', 'before the copy', '--to', 'c0', '--wait')
    const [made] = await old.json('backup', 'copy.db')
    assert.ok(made.bytes > 4096)
    assert.equal(statSync(old.path('copy.db')).mode & 0o777, 0o600)
    assert.ok(!existsSync(old.path('copy.db.tmp')) && !existsSync(old.path('copy.db-wal')))
    const again = await old.run('backup', 'copy.db')
    assert.equal(again.code, 2)
    assert.match(again.err, /there already.*--force/)
    assert.equal((await old.run('backup', 'copy.db', '--force')).code, 0)
    assert.equal((await old.run('backup', 'digestd.db', '--force')).code, 2)
  })

  test('nothing runs on a copy, but it can be read', async () => {
    copyFileSync(old.path('copy.db'), fresh.path('digestd.db'))
    for (const words of [['run', '--drain'], ['import', 'posts/one.md'], ['post', 'text', 'x', '--to', 'c0']]) {
      const { code, err } = await fresh.run(...words)
      assert.equal(code, 1, words.join(' '))
      assert.match(err, /this is a copy, made 2.*digestd restore .*digestd\.db --since 2/, words.join(' '))
      assert.equal(err.trim().split('\n').length, 1)
    }
    const { code, out, err } = await fresh.run('deliveries')
    assert.equal(code, 0, err)
    assert.match(out, /text/)
    assert.match(err, /is a copy, made/)
  })

  test('the old machine goes on, and is lost', async () => {
    for (const i of [1, 2, 3]) assert.equal((await old.run('post', 'text', `queued ${i}`, '--to', 'c0', '--at', `${new Date(Date.now() + 1500).toISOString()}`)).code, 0)
    await old.run('backup', 'copy.db', '--force')
    await until(() => texts().filter((text) => text.startsWith('queued')).length === 3, 'the posts that were queued', PATIENT)
    old.write('posts/two.md', dated('Two', 4))
    await until(() => texts().some((text) => text.startsWith('Two')), 'the edition that came out after the copy', PATIENT)
    await old.stop('SIGKILL')
  })

  test('restore says what is unsure', async () => {
    writeFileSync(fresh.path('posts/two.md'), dated('Two', 4))
    copyFileSync(old.path('copy.db'), fresh.path('from.db'))
    const refused = await fresh.run('restore', 'from.db')
    assert.equal(refused.code, 2)
    assert.match(refused.err, /a state file already; with --force/)
    const future = await fresh.run('restore', 'from.db', '--force', '--since', '2099-01-01T00:00:00Z')
    assert.equal(future.code, 2)
    assert.match(future.err, /lies in the future/)
    assert.match((await fresh.run('restore', 'from.db', '--force')).out, /posted by hand or held since is not in the copy: a rule may tell/)
    const [done] = await fresh.json('restore', 'from.db', '--force')
    assert.equal(done.kept_aside, fresh.path('digestd.db.before-restore'))
    assert.equal(statSync(fresh.path('digestd.db')).mode & 0o777, 0o600)
    assert.deepEqual(done.unsure.map((one) => one.kind), ['text', 'text', 'text'])
    assert.ok(!existsSync(fresh.path('digestd.db.restoring')))
    const { err } = await fresh.run('deliveries')
    assert.doesNotMatch(err, /copy/)
  })

  test('nothing is told twice', async () => {
    await fresh.start(['run'], machine(fresh, NEW))
    await fresh.run('post', 'text', 'after the move', '--to', 'c0', '--wait')
    assert.match(fresh.output, /restored from a copy: 4 posts may have gone out since.*digestd resolve --all sent/)
    const held = await fresh.run('restore', 'from.db', '--force')
    assert.equal(held.code, 1)
    assert.match(held.err, /a daemon runs on it/)
    const told = texts()
    assert.equal(new Set(told).size, told.length, `told twice: ${told}`)
    assert.deepEqual(told.slice(-1), ['after the move'])
    const unsure = await fresh.deliveries('--state', 'unknown')
    assert.deepEqual(unsure.map((one) => one.kind).sort(), ['contents', 'text', 'text', 'text'])
    const { out } = await fresh.run('status')
    assert.match(out, /4 unsure/)
  })

  test('the operator looked: all are there but one', async () => {
    const [first] = await fresh.deliveries('--state', 'unknown')
    assert.equal((await fresh.run('resolve', first.id, 'resend')).code, 0)
    const { code, out } = await fresh.run('resolve', '--all', 'sent')
    assert.equal(code, 0)
    assert.match(out, /3 count as sent/)
    await until(async () => (await fresh.deliveries('--state', 'sent')).some((one) => one.id === first.id), 'the one sent again', PATIENT)
    assert.equal((await fresh.deliveries('--state', 'unknown')).length, 0)
    assert.equal(texts().filter((text) => text.startsWith('queued')).length, 4)
    assert.equal(texts().filter((text) => text.startsWith('Two')).length, 1)
  })

  test('an orderly move leaves nothing unsure', async () => {
    await fresh.run('post', 'text', 'for later', '--to', 'c0', '--at', new Date(Date.now() + 2000).toISOString())
    await fresh.stop()
    const stopped = new Date().toISOString()
    await fresh.run('backup', 'last.db')
    const { code, out, err } = await fresh.run('restore', 'last.db', '--force', '--until', stopped)
    assert.equal(code, 0, err)
    assert.match(out, /had stopped before the copy was made: it knows all that was sent/)
    await fresh.start(['run'], machine(fresh, NEW))
    await until(() => texts().includes('for later'), 'what was planned', PATIENT)
  })
})
