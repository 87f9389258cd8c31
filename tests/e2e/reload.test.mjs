// Changes while it runs: SIGHUP, secrets, zone files.
import assert from 'node:assert/strict'
import { appendFileSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { edition, sleep, until } from './lib/daemon.mjs'
import { chatOf, configuration, Groups, PATIENT, TOKEN } from './lib/telegram.mjs'

const SECOND = '4200:another-Token_9876543210zyxwvutsrqp'
const count = (text, words) => text.match(words)?.length ?? 0

describe('while it runs', { timeout: 300000 }, () => {
  let at
  const channels = [0, 1].map((i) => `c${i}: {bot: tg, chat: ${chatOf(i)}, from: news}`)
  const hangUp = (pattern, what) => {
    const from = at.output.length
    at.child.kill('SIGHUP')
    return until(() => pattern.test(at.output.slice(from)) && at.output.slice(from), what)
  }
  const write = (about = {}) => at.write('digestd.yaml', configuration({ api: at.tg.url, channels, ...about }))
  before(async () => {
    at = await Groups.open({ files: { 'posts/old.md': edition('Old', 2) }, channels })
    mkdirSync(at.path('zones/Asia'), { recursive: true })
    copyFileSync('/usr/share/zoneinfo/Asia/Shanghai', at.path('zones/Asia/Shanghai'))
    await at.start(['run'], { env: { TZDIR: at.path('zones') } })
  })
  after(async () => {
    const { output } = at
    await at.close()
    for (const secret of [TOKEN, SECOND]) assert.ok(!output.includes(secret.slice(5)), 'a token was printed')
  })

  test('SIGHUP: nothing changed', async () => {
    await hangUp(/configuration read again: nothing changed/, 'the line')
  })

  test('SIGHUP: the differences, a line each; the new channel works', async () => {
    write({ channels: [channels[0], `c2: {bot: tg, chat: ${chatOf(2)}, from: news, posts: [{what: item, at: "09:00"}]}`] })
    const lines = await hangUp(/configuration read again: 2 changes/, 'the lines')
    assert.match(lines, /channel c1 is gone/)
    assert.match(lines, /channel c2 is new/)
    await at.sent(['text', 'hello'], 'c2')
    assert.equal(at.messages(chatOf(2)).length, 1)
    write()
    await hangUp(/2 changes/, 'the lines')
  })

  test('SIGHUP: a renamed channel keeps what it was told', async () => {
    await at.sent(['item', '1'], 'c0')
    write({ channels: [channels[0].replace('c0:', 'renamed:'), channels[1]] })
    await hangUp(/c0 is called renamed now/, 'the line')
    const again = await at.run('post', 'item', '1', '--to', 'renamed')
    assert.match(again.out + again.err, /was told in renamed/)
    write()
    await hangUp(/renamed is called c0 now/, 'the line')
  })

  test('SIGHUP: a broken file changes nothing and is told with its place', async () => {
    at.write('digestd.yaml', configuration({ api: at.tg.url, channels }).replace('from: news', 'form: news'))
    const lines = await hangUp(/stays as it was/, 'the error')
    assert.match(lines, /digestd\.yaml:\d+:\d+: .*form.*from/)
    await at.heeded()
    at.write('digestd.yaml', configuration({ api: at.tg.url, channels }).replace('127.0.0.1:0', '127.0.0.1:1'))
    assert.match(await hangUp(/stays as it was/, 'the error'), /another http\.listen needs a restart/)
    write()
    await hangUp(/nothing changed/, 'the line')
  })

  test('a revoked token: one alert; the new one goes on without a signal; a half-edited configuration does not', async () => {
    const from = at.output.length
    at.tg.settings({ revoked: true })
    await at.run('post', 'text', 'patience', '--to', 'c0', '--key', 'patience')
    await until(() => /token refused/.test(at.output.slice(from)), 'the alert', PATIENT)
    at.write('digestd.yaml', 'channels: {half')
    rmSync(at.path('tg.token'))
    await sleep(1500)
    assert.ok(at.child, 'it runs without the file')
    at.tg.settings({ revoked: false, token: SECOND })
    at.write('tg.token', `${SECOND}\n`)
    await until(() => /tg has a new token and tries again/.test(at.output.slice(from)), 'the line', PATIENT)
    await until(() => at.messages(chatOf(0)).some((one) => one.text === 'patience'), 'the waiting post', PATIENT).catch((error) => { throw new Error(`${error.message}\n${at.output.slice(from)}\n${JSON.stringify(at.messages(chatOf(0)))}`) })
    await at.heeded()
    assert.equal(at.messages(chatOf(0)).filter((one) => one.text === 'patience').length, 1)
    assert.equal(count(at.output.slice(from), /token refused/g), 1, at.output.slice(from))
    assert.equal(count(at.output.slice(from), /tg goes on: c0, c1\./g), 1, at.output.slice(from))
    write()
  })

  test('SIGHUP, or a start, while a token is being written: the whole of it is taken, and nobody is told of a half', async () => {
    const from = at.output.length
    at.tg.settings({ token: TOKEN })
    at.write('tg.token', TOKEN.slice(0, 20))
    at.child.kill('SIGHUP')
    await sleep(400)
    appendFileSync(at.path('tg.token'), TOKEN.slice(20))
    await until(() => /configuration read again/.test(at.output.slice(from)), 'the line')
    await at.sent(['text', 'after the signal'], 'c0')
    await at.stop()
    at.write('tg.token', '')
    const started = at.start(['run'], { env: { TZDIR: at.path('zones') } })
    await sleep(300)
    appendFileSync(at.path('tg.token'), TOKEN.slice(0, 20))
    await sleep(60)
    appendFileSync(at.path('tg.token'), TOKEN.slice(20))
    await started
    await at.sent(['text', 'after the start'], 'c0')
    assert.doesNotMatch(at.output.slice(from), /refused|empty|stays as it was/)
  })

  test('a token that stays empty is said, a moment later', async () => {
    const from = at.output.length
    at.write('tg.token', '')
    at.child.kill('SIGHUP')
    await until(() => /stays as it was: .*tg\.token.*empty|stays as it was: .*secret is empty/.test(at.output.slice(from)), 'the error')
    at.write('tg.token', `${TOKEN}\n`)
    await hangUp(/nothing changed/, 'the line')
  })

  test('zone files that were replaced are taken up', async () => {
    const from = at.output.length
    copyFileSync('/usr/share/zoneinfo/Asia/Tokyo', at.path('zones/Asia/Shanghai'))
    await until(() => /zone files changed/.test(at.output.slice(from)), 'the line', PATIENT)
    await sleep(500)
    assert.equal(count(at.output.slice(from), /zone files changed/g), 1)
    assert.ok(existsSync(at.path('zones/Asia/Shanghai')))
  })
})
