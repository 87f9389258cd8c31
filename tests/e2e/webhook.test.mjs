// Webhooks, end to end: the real program against receivers that verify, throttle, hang and lie.
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { edition, Place, slow, sleep, until } from './lib/daemon.mjs'
import { start, verify } from './standin/webhook.mjs'

const PATIENT = 60000 * slow
const secret = () => `whsec_${randomBytes(24).toString('base64')}`

describe('the verifier itself', () => {
  const key = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', body = Buffer.from('{"test": 2432232314}')
  const at = 1614265330, right = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
  const headers = (signature, more = {}) => ({ 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': String(at),
    'webhook-signature': signature, ...more })

  test('takes the vectors', () => {
    assert.equal(verify(headers(right), body, [key], at), '')
    assert.equal(verify(headers(`v9,x v1,AAAA ${right}`), body, ['whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB', key], at + 299), '')
    const posted = Buffer.from('{"type":"digest.posted","timestamp":"2023-11-14T22:13:20Z","data":{"n":1}}')
    assert.equal(verify({ 'webhook-id': 'msg_test1', 'webhook-timestamp': '1700000000', 'webhook-signature':
      'v1a,+ILkleFFSTE+8xrlEbbJxZMILWiznht+Xv6zEwNONFrem3krjiP7eShVw4Po3FL6geguEQUcbDJDpj6le3ylCA==' }, posted,
    ['whpk_iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w='], 1700000000), '')
  })

  test('refuses everything else', () => {
    assert.notEqual(verify(headers(right), Buffer.from('{"test": 2432232315}'), [key], at), '')
    assert.notEqual(verify(headers(right), body, ['whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB'], at), '')
    assert.notEqual(verify(headers(right), body, [`whsec_${Buffer.from(key).toString('base64')}`], at), '')
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature'])
      assert.notEqual(verify(headers(right, { [name]: undefined }), body, [key], at), '')
    assert.notEqual(verify(headers(right), body, [key], at + 302), '')
    assert.notEqual(verify(headers(right), body, [key], at - 302), '')
    assert.notEqual(verify(headers(right.replace('v1,', 'v2,')), body, [key], at), '')
    assert.notEqual(verify(headers(right.replaceAll('+', '-').replaceAll('/', '_')), body, [key], at), '')
    assert.notEqual(verify(headers(right, { 'webhook-timestamp': `0${at}` }), body, [key], at), '')
  })
})

// One daemon, a receiver for each kind of trouble, all at once: what they do to each other is nothing.
describe('receivers', { timeout: 240000 * slow }, () => {
  const keys = {}, at = {}
  const cases = {
    good: [], twice: [], text: [], edwards: [], rotating: [], wrong: [],
    throttled: [{ status: 429, headers: { 'Retry-After': '2' } },
      { status: 503, headers: { 'Retry-After': new Date(Date.now() + 3600000).toUTCString(), Date: new Date(Date.now() + 3598000).toUTCString() } }],
    failing: [{ status: 500, body: '<html>' }],
    moved: [{ status: 301, headers: { Location: 'http://169.254.169.254/latest' } }],
    ended: [{ status: 410, body: 'no more' }],
    hanging: ['hang'], resetting: ['reset'], cutting: ['cut'], garbling: ['garbage'], dripping: ['drip'], endless: ['endless'],
    careful: ['reset'],
  }
  let place, pair

  before(async () => {
    pair = generateKeyPairSync('ed25519')
    for (const name of Object.keys(cases)) {
      keys[name] = secret()
      at[name] = await start({ secrets: [keys[name]] })
      at[name].next(...cases[name])
    }
    const half = (key, type) => key.export({ format: 'der', type }).subarray(-32).toString('base64')
    keys.edwards = `whsk_${half(pair.privateKey, 'pkcs8')}`
    at.edwards.secrets = [`whpk_${half(pair.publicKey, 'spki')}`]
    at.wrong.secrets = [secret()]
    const old = keys.rotating
    keys.rotating = secret() // the receiver knows only the old one yet
    place = new Place({ 'posts/one.md': edition('Weekly', 3), 'old.secret': `${old}\n`,
      ...Object.fromEntries(Object.keys(cases).flatMap((name) => [[`${name}.secret`, `${keys[name]}\n`], [`${name}.secret.url`, at[name].url]])),
      'digestd.yaml': ['state: state.db', 'timezone: UTC', 'language: en', 'http: {listen: "127.0.0.1:0"}',
        'sources: [{name: news, path: "posts/*.md", settle: 0s}]', 'channels:',
        ...Object.keys(cases).map((name) => `  ${name}: {platform: webhook, url: {file: ${name}.secret.url}, secret: {file: ${name}.secret}, from: news, posts: []` +
          `${name === 'rotating' ? ', old_secret: {file: old.secret}' : ''}${name === 'careful' ? ', dedupe: 0' : ''}}`), ''].join('\n') })
    await place.start()
    for (const name of Object.keys(cases)) {
      const { code, err } = await place.run('post', ...name === 'text' ? ['text', 'Two\n\nparagraphs'] : ['item', '1'], '--to', name)
      assert.equal(code, 0, err)
    }
  })
  after(async () => {
    const output = place?.output ?? ''
    await place?.remove()
    for (const one of Object.values(at)) await one.stop()
    for (const key of Object.values(keys)) assert.ok(!output.includes(key.slice(6)), 'a secret was printed')
    assert.ok(!output.includes('IN-THE-ADDRESS'), 'an address was printed')
    assert.equal(at.ended?.after, 0, 'something came after 410')
  })

  const delivery = async (name) => (await place.deliveries()).find((row) => row.channel === name)
  const state = (name, wanted) => until(async () => (await delivery(name))?.state === wanted, `${name}: ${wanted}`, PATIENT)
  const requests = (name, count) => until(() => at[name].requests.length >= count && at[name].requests, `${count} requests to ${name}`, PATIENT)

  /** The same event in every attempt; only time and signature are new. */
  function same(all) {
    const [first] = all
    for (const one of all) {
      assert.equal(one.why, '')
      assert.equal(one.id, first.id)
      assert.ok(one.raw.equals(first.raw), 'the bytes differ')
    }
    assert.equal(new Set(all.map((one) => one.headers['webhook-signature'])).size, new Set(all.map((one) => one.headers['webhook-timestamp'])).size)
  }

  test('an item arrives as data, signed; npm\'s standardwebhooks takes it', async () => {
    await state('good', 'sent')
    const [one] = at.good.requests
    assert.equal(at.good.requests.length, 1)
    assert.equal(one.why, '')
    assert.equal(one.method, 'POST')
    assert.equal(one.path, '/hook?key=IN-THE-ADDRESS')
    assert.equal(one.headers['content-type'], 'application/json')
    assert.match(one.headers['user-agent'], /^digestd\//)
    assert.match(one.id, /^msg_[0-9a-f]{32}$/)
    assert.equal(one.headers.expect, undefined)
    const taken = new Webhook(keys.good).verify(one.raw.toString(), one.headers)
    assert.deepEqual(taken, one.body)
    assert.equal(taken.type, 'digest.item')
    assert.ok(Math.abs(Date.parse(taken.timestamp) - Date.now()) < PATIENT * 2)
    const { item, edition: about, section } = taken.data
    assert.equal(item.number, 1)
    assert.equal(item.title, 'Weekly story 1')
    assert.match(item.text, /somebody wrote down/)
    assert.deepEqual(item.links, [{ url: 'https://example.org/Weekly/1', label: 'ref.', text: null }])
    assert.deepEqual(item.questions, ['What would you ask about lantern number 1?'])
    assert.equal(section, 'News')
    assert.equal(about.title, 'Weekly')
    assert.equal(about.source, 'news')
    assert.equal((await delivery('good')).remote_id, one.id)
  })

  test('npm\'s standardwebhooks refuses it with a byte changed', () => {
    const [one] = at.good.requests
    assert.throws(() => new Webhook(keys.good).verify(one.raw.toString().replace('story', 'Story'), one.headers))
  })

  test('a text', async () => {
    await state('text', 'sent')
    assert.deepEqual(at.text.requests[0].body.data, { language: 'en', part: 1, parts: 1, body: 'Two\n\nparagraphs', text: 'Two\n\nparagraphs' })
  })

  test('Ed25519, and both keys while they rotate', async () => {
    await Promise.all([state('edwards', 'sent'), state('rotating', 'sent')])
    assert.match(at.edwards.requests[0].headers['webhook-signature'], /^v1a,/)
    const [one] = at.rotating.requests
    assert.match(one.headers['webhook-signature'], /^v1,\S+ v1,\S+$/)
    assert.equal(verify(one.headers, one.raw, [keys.rotating]), '')
    assert.doesNotThrow(() => new Webhook(keys.rotating).verify(one.raw.toString(), one.headers))
  })

  test('throttled by seconds, then by a date: waits that long, then arrives once', async () => {
    await state('throttled', 'sent')
    const all = at.throttled.requests
    assert.equal(all.length, 3)
    same(all)
    assert.ok(all[1].at - all[0].at >= 1950, `${all[1].at - all[0].at} ms`)
    assert.ok(all[2].at - all[1].at >= 950, `${all[2].at - all[1].at} ms`)
  })

  test('500 and a redirect are tried again; nothing is followed', async () => {
    await Promise.all([state('failing', 'sent'), state('moved', 'sent')])
    for (const name of ['failing', 'moved']) {
      assert.equal(at[name].requests.length, 2)
      same(at[name].requests)
      assert.ok(at[name].requests[1].at - at[name].requests[0].at >= 4500)
    }
    assert.match(place.output, /moved: .*redirects are not followed/)
  })

  test('what may have arrived is sent again with the same id, and counts once', async () => {
    for (const name of ['resetting', 'cutting', 'garbling', 'hanging']) {
      await state(name, 'sent')
      assert.equal(at[name].requests.length, 2, name)
      same(at[name].requests)
      assert.equal(at[name].events.length, 1)
    }
  })

  test('without the promise to know ids again it is not; the operator is asked', async () => {
    await state('careful', 'unknown')
    await sleep(1000)
    assert.equal(at.careful.requests.length, 1)
    const { code } = await place.run('resolve', (await delivery('careful')).id, 'resend')
    assert.equal(code, 0)
    await state('careful', 'sent')
    same(at.careful.requests)
  })

  test('a 200 is a success whatever its body does', async () => {
    await Promise.all([state('dripping', 'sent'), state('endless', 'sent')])
    assert.equal(at.dripping.requests.length, 1)
    assert.equal(at.endless.requests.length, 1)
  })

  test('a refused signature is tried again, and named', async () => {
    await requests('wrong', 2)
    const row = await delivery('wrong')
    assert.match(row.error, /signature refused\?/)
    assert.ok(['due', 'sending'].includes(row.state))
  })

  test('410 ends it, also for the next post and after a start', async () => {
    await until(() => /ended .*digestd resume ended|ended.*410/.test(place.output), 'the word about 410', PATIENT)
    await place.run('post', 'item', '2', '--to', 'ended')
    await place.stop()
    await place.start()
    await sleep(2000)
    assert.equal(at.ended.requests.length, 1)
    assert.equal(at.ended.after, 0)
    assert.equal((await delivery('ended')).state, 'due')
  })

  test('the same subject by another channel has an id of its own', () => {
    const ids = Object.values(at).map((one) => one.requests[0].id)
    assert.equal(new Set(ids).size, ids.length)
  })

  test('preview shows the request without its secrets; check posts nothing', async () => {
    const before = at.twice.requests.length
    const [shown] = await place.json('preview', 'item', '2', '--to', 'twice')
    assert.equal(shown.url, '***')
    place.write('plain.yaml', readFileSync(place.path('digestd.yaml'), 'utf8').replace('channels:\n', `channels:\n  plain: {platform: webhook, url: "https://partner.example/hook/OPENKEY?k=OPENKEY", secret: {file: twice.secret}, from: news}\n`))
    const plain = await place.run('-c', 'plain.yaml', 'preview', 'item', '2', '--to', 'plain')
    assert.match(plain.out, /^POST https:\/\/partner\.example\/…$/m)
    assert.ok(!(plain.out + plain.err).includes('OPENKEY'))
    assert.equal(shown.headers['webhook-signature'], 'v1,***')
    assert.equal(JSON.parse(shown.body).type, 'digest.item')
    const [made] = await place.json('preview', 'item', '2', '--platform', 'webhook')
    assert.equal(made.headers['webhook-signature'], 'v1,***')
    const { code, out } = await place.run('check', '--online')
    assert.equal(code, 0)
    assert.match(out, /twice: cannot be tried without posting/)
    assert.equal(at.twice.requests.length, before)
  })

  test('a secret copied by halves is refused before anything starts', async () => {
    place.write('half.yaml', `state: other.db\ntimezone: UTC\nchannels:\n  partner: {platform: webhook, url: "https://partner.example/hook", secret: {file: half.secret}}\n`)
    place.write('half.secret', 'whsec_MfKQ9r8GKYqrTwjU\n')
    const { code, err } = await place.run('-c', 'half.yaml', 'check')
    assert.equal(code, 2)
    assert.match(err, /half\.yaml:4:\d+: secret: has the wrong length/)
    assert.ok(!err.includes('MfKQ9'))
  })
})
