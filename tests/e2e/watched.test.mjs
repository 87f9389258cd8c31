// What watches the daemon from outside: /healthz and /metrics, held against what really happened.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { edition, until } from './lib/daemon.mjs'
import { chatOf, Groups, PATIENT } from './lib/telegram.mjs'

/** Prometheus' text format, strictly: {name: {type, samples: [{labels, value}]}}. */
function parse(text) {
  const families = {}
  assert.ok(text.endsWith('\n'), 'the last line ends')
  let family
  for (const line of text.trimEnd().split('\n')) {
    const help = line.match(/^# HELP ([a-zA-Z_:][\w:]*) (.+)$/)
    const type = line.match(/^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram)$/)
    if (help) { assert.ok(!families[help[1]], `${help[1]} stands once`); family = families[help[1]] = { samples: [] }; continue }
    if (type) { assert.equal(families[type[1]], family); family.type = type[2]; continue }
    const sample = line.match(/^([a-zA-Z_:][\w:]*)(\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (-?[\d.e+]+)$/)
    assert.ok(sample, `not a sample: ${line}`)
    const name = sample[1].replace(/_(bucket|sum|count)$/, (end) => family.type === 'histogram' ? '' : end)
    assert.equal(families[name], family, `${sample[1]} stands below its own head`)
    family.samples.push({ name: sample[1], value: Number(sample[4]),
      labels: Object.fromEntries([...(sample[3] || '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map((m) => [m[1], m[2]])) })
  }
  for (const [name, one] of Object.entries(families)) {
    assert.ok(one.type && one.samples.length, `${name} has a type and samples`)
    if (one.type !== 'histogram') continue
    const buckets = one.samples.filter((sample) => sample.name.endsWith('_bucket')).map((sample) => sample.value)
    assert.deepEqual(buckets, [...buckets].sort((a, b) => a - b), `${name} rises`)
    assert.equal(buckets.at(-1), one.samples.find((sample) => sample.name.endsWith('_count')).value)
  }
  return families
}

describe('watching', { timeout: 240000 }, () => {
  let place, address
  const get = async (path) => { const answer = await fetch(address + path); return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') } }
  const value = async (name, labels = {}) => parse((await get('/metrics')).text)[name].samples
    .filter((sample) => Object.entries(labels).every(([key, want]) => sample.labels[key] === want)).reduce((sum, sample) => sum + sample.value, 0)
  const count = async (name) => parse((await get('/metrics')).text)[name].samples.find((sample) => sample.name === `${name}_count`).value
  before(async () => {
    place = await Groups.open({ files: { 'posts/one.md': edition('One', 3), 'posts/bad.md': '---\ntitle: never closed\n' },
      channels: [`weekly: {bot: tg, chat: ${chatOf(1)}, from: news}`, `'odd"one': {bot: tg, chat: ${chatOf(2)}, from: news}`] })
    await place.start()
    address = place.output.match(/the page is at (http:\S+)\//)[1]
  })
  after(() => place.close())

  test('all is well, and every family of figures is there', async () => {
    assert.deepEqual(await get('/healthz'), { status: 200, text: 'ok\n', type: 'text/plain; charset=utf-8' })
    const page = await get('/metrics')
    assert.equal(page.status, 200)
    assert.match(page.type, /^text\/plain; version=0\.0\.4/)
    const families = parse(page.text)
    for (const name of ['digestd_deliveries_total', 'digestd_queue', 'digestd_lateness_seconds', 'digestd_command_seconds',
      'digestd_commit_seconds', 'digestd_waiting', 'digestd_channels', 'digestd_files_unreadable', 'digestd_healthy', 'digestd_overdue_seconds', 'digestd_troubles', 'digestd_safe_mode', 'digestd_disk_full',
      'process_resident_memory_bytes', 'process_start_time_seconds', 'digestd_build_info']) assert.ok(families[name], name)
    assert.equal(await value('digestd_files_unreadable'), 1)
    assert.ok(await value('process_resident_memory_bytes') > 5e6)
    assert.ok(Math.abs(await value('process_start_time_seconds') - Date.now() / 1000) < 60)
    assert.ok(families.digestd_waiting.samples.some((sample) => sample.labels.channel === 'odd\\"one'))
  })

  test('a post and an answer are counted once', async () => {
    const sent = await value('digestd_deliveries_total', { platform: 'telegram', verdict: 'sent' })
    const asked = await count('digestd_command_seconds')
    await place.sent(['item', '1'], 'weekly')
    await place.ask({ chat: chatOf(1), text: '/week', user: 5 })
    await until(async () => await value('digestd_deliveries_total', { platform: 'telegram', verdict: 'sent' }) === sent + 2, 'two more', PATIENT)
    assert.equal(await count('digestd_command_seconds'), asked + 1)
    assert.equal(await count('digestd_lateness_seconds'), 1)
    assert.ok(await count('digestd_commit_seconds') > 3)
    assert.equal(await value('digestd_queue', { state: 'sent' }), 2)
  })

  test('a refused token is red, with the reason; the page still answers', async () => {
    place.tg.settings({ revoked: true })
    await place.run('post', 'item', '2', '--to', 'weekly')
    const red = await until(async () => { const now = await get('/healthz'); return now.status === 503 && now }, 'red', PATIENT)
    assert.match(red.text, /bot tg is refused: .+/)
    assert.ok(!red.text.includes('stand-in-Token'))
    assert.equal(await value('digestd_healthy'), 0)
    assert.equal(await value('digestd_channels', { state: 'on' }), 2)
    assert.ok(await value('digestd_troubles') >= 1, 'the operator is told of it')
  })
})
