// heartbeat: an address elsewhere is asked while digestd can do its job, through the proxy, and not when it cannot.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { edition, sleep, slow, until } from './lib/daemon.mjs'
import { Groups } from './lib/telegram.mjs'
import { startProxy } from './lib/proxy.mjs'

const shell = spawnSync('sqlite3', ['--version']).status === 0

describe('heartbeat', { timeout: 240000 }, () => {
  let at, proxy, status = 200
  const beats = []
  const server = createServer((request, response) => {
    beats.push({ at: Date.now(), what: `${request.method} ${request.url}` })
    response.statusCode = status
    response.end('OK')
  })
  const count = (words) => at.output.split(words).length - 1

  before(async () => {
    await new Promise((done) => server.listen(0, '127.0.0.1', done))
    proxy = await startProxy()
    at = await Groups.open({ groups: 2, files: { 'posts/one.md': edition('One', 2), 'heart.secret': `http://beats.test:${server.address().port}/ping/5b1c-beatSecret\n` },
      more: `heartbeat: {url: {file: heart.secret}, every: 10s}\nproxy: "${proxy.url('socks5h')}"\n` })
    await at.start()
  })
  after(async () => {
    const output = at?.output ?? ''
    await at?.close()
    await proxy?.stop()
    server.closeAllConnections?.()
    await new Promise((done) => server.close(done))
    assert.ok(!output.includes('beatSecret'), 'the path of the heartbeat was printed')
  })

  test('at the start, through the proxy for all; a group that is held does not matter', async () => {
    await until(() => beats.length, 'the first beat')
    assert.equal(beats[0].what, 'GET /ping/5b1c-beatSecret')
    assert.ok(proxy.asked.some((one) => one.host === 'beats.test'))
    assert.equal((await at.run('hold', 'c0')).code, 0)
    await until(() => beats.length === 2, 'the second', 20000 * slow)
    assert.ok(beats[1].at - beats[0].at > 9000, `after ${beats[1].at - beats[0].at} ms`)
  })

  test('a "no" is said once, with the host alone', async () => {
    status = 503
    await until(() => count('is not told that all is well') === 1, 'the warning', 20000 * slow)
    assert.match(at.output, /warning heartbeat: http:\/\/beats\.test:\d+\/… is not told that all is well: it answered 503\./)
    status = 200
    await until(() => count('it is told again that all is well') === 1, 'the line that it is over', 20000 * slow)
    assert.equal(count('is not told that all is well'), 1)
  })

  test('while nothing can be decided: silent', { skip: shell ? false : 'no sqlite3' }, async () => {
    const other = spawn('sqlite3', [at.path('digestd.db')], { stdio: ['pipe', 'pipe', 'inherit'] })
    other.stdin.write('BEGIN IMMEDIATE;\nSELECT \'mine\';\n')
    await new Promise((done) => other.stdout.once('data', done))
    at.tg.say({ chat: -77, text: '/where', user: 41 })
    await until(() => /nothing can be decided now/.test(at.output), 'the failed turn', 40000 * slow)
    await sleep(200)
    const before = beats.length
    await sleep(12000)
    assert.equal(beats.length, before)
    other.stdin.end('ROLLBACK;\n')
    await until(() => /it goes on/.test(at.output), 'the turn', 60000 * slow)
    await until(() => beats.length > before, 'a beat', 20000 * slow)
  })
})
