// Killed fifty times under load, and answered half the time: nothing lost, nothing doubled, the rest is `unknown`.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { Place, sleep, until } from './lib/daemon.mjs'
import { front } from './lib/front.mjs'
import { chatOf, configuration, PATIENT, TOKEN } from './lib/telegram.mjs'
import { start } from './standin/telegram.mjs'

const KILLS = 50
const keyOf = (row) => row.subject.replace(/^key:/, '')
const name = (channel, text) => `${channel} ${text}`

describe('killed under load', { timeout: 540000 }, () => {
  const CHANNELS = 4, FIRST = 50
  const channels = Array.from({ length: CHANNELS }, (_, i) => `c${i}`)
  const channelOf = (chat) => `c${channels.findIndex((_, i) => chatOf(i) === chat)}`
  let tg, door, place, journal
  let mark = null // {point, skip, delay}: where the next kill falls
  let hit = null // the request it fell on
  const asked = new Set() // every channel and text that post said it has queued

  /** SIGKILL in this very moment, or `delay` milliseconds later. */
  function at(point, request) {
    if (!mark || mark.point !== point || (point !== 'connected' && request.method !== 'sendMessage') || mark.skip-- > 0) return
    const { delay } = mark
    mark = null
    hit = request
    const kill = () => place.child?.kill('SIGKILL')
    if (delay === undefined) kill()
    else setTimeout(kill, delay)
    if (point !== 'answered' && delay === undefined) return point === 'taken' ? false : undefined
  }

  /** What the stand-in has taken, from its own journal: written before anything was answered. */
  function taken() {
    const lines = readFileSync(journal, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
    const outcomes = new Map(lines.filter((line) => line.outcome).map((line) => [line.n, line.outcome]))
    const list = lines.filter((line) => line.method === 'sendMessage' && outcomes.get(line.n) === 'ok')
    return list.map((line) => JSON.parse(line.raw)).map((body) => name(channelOf(body.chat_id), body.text))
  }

  async function queue(key) {
    const { code, out, err } = await place.run('post', 'text', key, '--to', 'all', '--key', key)
    assert.equal(code, 0, out + err)
    for (const channel of channels) asked.add(name(channel, key))
  }

  /** The ledger against the journal. */
  async function judge() {
    const list = taken(), once = new Set(list)
    assert.equal(once.size, list.length, `told twice: ${list.filter((one, i) => list.indexOf(one) !== i)}`)
    const rows = new Map()
    for (const row of await place.deliveries()) {
      const key = name(row.channel, keyOf(row))
      assert.ok(!rows.has(key), `two deliveries of ${key}`)
      assert.ok(asked.has(key), `nobody asked for ${key}`)
      rows.set(key, row)
      if (row.state === 'sent') assert.ok(once.has(key), `${key} is sent and never came`)
      if (row.state === 'due') assert.ok(!once.has(key), `${key} came and is to be sent again`)
      assert.ok(['due', 'sending', 'sent', 'unknown'].includes(row.state), `${key} is ${row.state}: ${row.error}`)
    }
    for (const key of once) assert.ok(['sent', 'unknown', 'sending'].includes(rows.get(key)?.state), `${key} came and is ${rows.get(key)?.state}, of ${rows.size}`)
    const counts = await place.json('status')
    const planned = counts.filter((one) => one.channel).reduce((sum, one) => sum + one.planned, 0)
    assert.equal(rows.size + planned, asked.size, 'every post asked for is there')
    return { rows, once }
  }

  /** The operator looks into the group. */
  async function settle() {
    const once = new Set(taken())
    const unsure = await place.deliveries('--state', 'unknown')
    for (const row of unsure) {
      const is = once.has(name(row.channel, keyOf(row)))
      const { code, out, err } = await place.run('resolve', row.id, is ? 'sent' : 'resend')
      assert.equal(code, 0, out + err)
    }
    return unsure.length
  }

  before(async () => {
    place = new Place({ 'tg.token': `${TOKEN}\n`, 'posts/.keep': '' })
    journal = place.path('journal.jsonl')
    place.write('journal.jsonl', '')
    tg = await start({ token: TOKEN, journal })
    door = await front(tg.url, at)
    place.write('digestd.yaml', configuration({ api: door.url, groups: CHANNELS }))
  })
  after(async () => {
    await place.remove()
    await door.stop()
    await tg.stop()
  })

  test(`${KILLS} times, at marked points and at random`, async (context) => {
    for (let i = 0; i < FIRST; i++) await queue(`first ${i}`)
    const points = ['come', 'taken', 'answered', 'connected', 'random', 'answered late', 'starting']
    const hits = {}
    let unsure = 0
    for (let round = 0; round < KILLS; round++) {
      const point = points[round % points.length]
      const early = point === 'starting'
      if (early) mark = { point: 'connected', skip: 0, delay: Math.random() * 30 } // long before it is ready
      const starting = place.start().catch((error) => { if (!early) throw error })
      if (!early) {
        await starting
        unsure += await settle()
        mark = { come: { point: 'come', skip: round % 3 }, taken: { point: 'taken', skip: round % 4 },
          answered: { point: 'answered', skip: round % 3 }, 'answered late': { point: 'answered', skip: round % 3, delay: Math.random() * 4 },
          connected: { point: 'connected', skip: 0 }, random: { point: 'come', skip: 0, delay: Math.random() * 80 } }[point]
        if (round % 5 === 0) queue(`round ${round}`).catch(() => {}) // the command line writes while it dies
      }
      const { child } = place
      const dead = await Promise.race([place.ended, sleep(6000)])
      if (dead === undefined) { // nothing more to send in this round: at random then
        mark = null
        child?.kill('SIGKILL')
        await place.ended
      } else {
        hits[point] = (hits[point] ?? 0) + 1
      }
      await starting
      place.code = undefined
      if (round % 10 === 9) await judge()
    }
    context.diagnostic(`killed at ${JSON.stringify(hits)}; ${unsure} unknown, ${taken().length} told`)
    assert.ok(Object.values(hits).reduce((a, b) => a + b) >= KILLS * 0.8, `too few kills where they were meant: ${JSON.stringify(hits)}`)
    assert.ok(unsure >= KILLS / 4, 'the kills left nothing unsure: the test tests nothing')
    assert.ok(taken().length >= KILLS, 'too little was told')
  })

  test('what was never answered is unknown', async () => {
    await place.stop('SIGKILL')
    await place.start()
    await settle()
    mark = { point: 'come', skip: 0 }
    await queue('one more') // all others may have been told by now
    await until(() => !place.child, 'a post to be killed at', PATIENT)
    const last = hit
    place.code = undefined
    await place.start()
    const { rows } = await judge()
    assert.equal(rows.get(name(channelOf(last.chat), last.text)).state, 'unknown')
    await settle()
    await place.stop()
  })

  test('in the end every post is told once', async () => {
    await place.stop('SIGKILL')
    // A start gives every group one token at once: that is quicker than its pace.
    for (let i = 0; i < FIRST * 2; i++) {
      const before = taken().length
      await place.start()
      await settle()
      await until(() => taken().length >= before + CHANNELS || taken().length === asked.size, 'the next posts', PATIENT)
      await place.stop()
      if (taken().length === asked.size) break
    }
    const { rows } = await judge()
    assert.deepEqual(taken().sort(), [...asked].sort())
    for (const [key, row] of rows) assert.equal(row.state, 'sent', key)
  })
})

describe('a connection that dies with the second request', { timeout: 300000 }, () => {
  const PAIRS = 50
  let place, server
  const bodies = [], sockets = new Set()
  let closed = 0

  /** Answers the first post of a connection, reads the second to its last byte, and closes. */
  function serve(socket) {
    let buffer = Buffer.alloc(0), posts = 0
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (bytes) => {
      buffer = Buffer.concat([buffer, bytes])
      for (;;) {
        const end = buffer.indexOf('\r\n\r\n')
        if (end < 0) return
        const head = buffer.subarray(0, end).toString()
        const len = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0)
        if (buffer.length < end + 4 + len) return
        const body = buffer.subarray(end + 4, end + 4 + len).toString()
        buffer = buffer.subarray(end + 4 + len)
        const method = /^POST \/bot[^/]+\/(\w+)/.exec(head)[1]
        const answer = (result, more = '') => {
          const json = JSON.stringify({ ok: true, result })
          socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n${more}\r\n${json}`)
        }
        if (method === 'getUpdates') return // for as long as it likes
        if (method !== 'sendMessage') {
          answer(method === 'getMe' ? { id: 4200, is_bot: true, username: 'digest_bot' } : true, 'Connection: close\r\n')
          return socket.end()
        }
        const { chat_id, text } = JSON.parse(body)
        const which = ++posts
        bodies.push({ text, second: which > 1 })
        if (which > 1) {
          closed++
          return socket.destroy()
        }
        answer({ message_id: bodies.length, date: 1, chat: { id: chat_id, type: 'supergroup' }, text })
      }
    })
  }

  before(async () => {
    server = createServer(serve)
    await new Promise((done) => server.listen(0, '127.0.0.1', done))
    place = new Place({ 'tg.token': `${TOKEN}\n`, 'posts/.keep': '',
      'digestd.yaml': configuration({ api: `http://127.0.0.1:${server.address().port}`, groups: 2 * PAIRS }) })
    await place.start()
  })
  after(async () => {
    await place.remove()
    for (const socket of sockets) socket.destroy()
    await new Promise((done) => server.close(done))
  })

  test(`${PAIRS} times: sent once, never again by the library, unknown`, async () => {
    for (let i = 0; i < 2 * PAIRS; i++) {
      const { code, out, err } = await place.run('post', 'text', `t${i}.`, '--to', `c${i}`, '--key', `t${i}`, '--wait')
      const came = bodies.filter((body) => body.text === `t${i}.`)
      assert.equal(came.length, 1, `t${i} came ${came.length} times`)
      assert.equal(code, came[0].second ? 3 : 0, out + err)
    }
    assert.equal(closed, PAIRS, 'every other one met a connection that died')
    assert.equal(bodies.length, 2 * PAIRS)
    for (const row of await place.deliveries()) {
      const { second } = bodies.find((body) => body.text === `${keyOf(row)}.`)
      assert.equal(row.state, second ? 'unknown' : 'sent', row.subject)
      assert.equal(row.attempts, 1)
    }
  })
})
