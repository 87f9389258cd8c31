// From nothing to the first post: `digestd init`, and what it writes, against the stand-in.
import assert from 'node:assert/strict'
import { execFile, spawn, spawnSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { edition, Place, program, until } from './lib/daemon.mjs'
import { Pages, text } from './lib/pages.mjs'
import { chatOf, PATIENT, TOKEN } from './lib/telegram.mjs'
import { start } from './standin/telegram.mjs'

/** Runs `digestd init WORDS` in the place; `answers` are typed, a line each. */
function init(place, answers, ...words) {
  return new Promise((done) => {
    const child = execFile(program, ['init', ...words], { cwd: place.folder, env: { ...process.env, LANG: 'C.UTF-8', LC_ALL: '' } },
      (error, out, err) => { place.output += out + err; done({ code: error ? error.code : 0, out, err }) })
    child.stdin.on('error', () => {}) // it may have ended before it asked
    child.stdin.end(answers.map((line) => `${line}\n`).join(''))
  })
}
const mode = (path) => (statSync(path).mode & 0o777).toString(8)

const analyze = spawnSync('systemd-analyze', ['--version']).status === 0

describe('init', { timeout: 120000 }, () => {
  const places = []
  const place = (files) => { const one = new Place(files); places.push(one); return one }
  after(() => Promise.all(places.map((one) => one.remove())))

  test('the questions, with a wrong answer here and there; secrets in files of their own', async () => {
    const at = place({ '_posts/a.md': edition('Aye', 3) })
    const done = await init(at, ['en', '?', 'telegram', '', 'no token', 'token', TOKEN, TOKEN, '-1001', '', 'Asia/Shanghia', 'Asia/Shanghai', '9', '09:00, 18:30', '', '77'])
    assert.equal(done.code, 0, done.err)
    assert.match(done.out, /one of these: .*telegram/)
    assert.match(done.out, /this one is needed/)
    assert.match(done.out, /there is white space in it/)
    assert.match(done.out, /token is what @BotFather gave/)
    assert.match(done.out, /chat is the group's id, such as/) // the token again: it would stand where others read it
    assert.match(done.out, /1 file; the newest, a\.md, has 3 items and 3 questions/)
    assert.match(done.out, /did you mean Asia\/Shanghai\?/)
    assert.match(done.out, /times like 09:00/)
    assert.match(done.out, /systemctl enable --now digestd/)
    assert.ok(!done.out.includes(TOKEN), 'the token is not shown')
    assert.equal(mode(at.path('telegram.token')), '600')
    assert.equal(readFileSync(at.path('telegram.token'), 'utf8').trim(), TOKEN)
    const yaml = readFileSync(at.path('digestd.yaml'), 'utf8')
    assert.ok(!yaml.includes(TOKEN))
    assert.match(yaml, /^# /m)
    const check = await at.json('check')
    const channel = check.find((line) => line.kind === 'channel')
    assert.deepEqual([channel.name, channel.to, channel.timezone], ['weekly', 'chat -1001', 'Asia/Shanghai'])
    assert.deepEqual(channel.posts, ['contents when published', 'item at 09:00,18:30 mon-fri', 'question at 12:30'])
    assert.equal(check[0].editors, 1)
    const unit = readFileSync(at.path('digestd.service'), 'utf8')
    assert.match(unit, new RegExp(`^ExecStart=${program} -c ${at.path('digestd.yaml')} run$`, 'm'))
    assert.match(unit, /^ReadWritePaths=/m)
    assert.ok(!/DynamicUser|StateDirectory/.test(unit))
    assert.match(unit, /^ProtectHome=yes$/m) // nothing of it lives in a home
  })

  test('the unit leaves little open, also for root', { skip: !analyze && 'systemd-analyze is not installed' }, async () => {
    const at = place({ 'a.md': edition('Aye', 1) })
    assert.equal((await init(at, ['en', 'room', 'a.md', 'UTC', '-', '-'])).code, 0)
    const unit = readFileSync(at.path('digestd.service'), 'utf8').replace(/^ExecStart=.*/m, 'ExecStart=/bin/true')
    for (const [user, most] of [['root', 1.5], ['daemon', 1.3]]) {
      at.write('digestd.service', unit.replace(/^User=.*/m, `User=${user}`))
      const said = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', at.path('digestd.service')], { encoding: 'utf8' })
      const score = said.stdout.match(/exposure level for digestd\.service: ([\d.]+)/)
      assert.ok(score && Number(score[1]) <= most, `${user}: ${said.stdout.split('\n').at(-2)}${said.stderr}`)
    }
  })

  for (const [language, note, comment] of [['en', /No robot reaches that group/, /send \/where to the bot, and put your number/],
    ['zh', /没有机器人能进/, /私聊机器人发 \/where，把它回的号码填进/]])
    test(`${language}: a group no robot reaches: a bot for the editor, who pastes`, async () => {
      const at = place({ 'a.md': edition('Aye', 2) })
      const done = await init(at, [language, 'text', '', TOKEN, 'a.md', 'UTC', '-', '-', '77'])
      assert.equal(done.code, 0, done.err)
      assert.match(done.out, note)
      assert.ok(!done.out.includes(TOKEN))
      const channel = (await at.json('check')).find((line) => line.kind === 'channel')
      assert.deepEqual([channel.name, channel.platform], ['weekly', 'text'])
      const yaml = readFileSync(at.path('digestd.yaml'), 'utf8')
      assert.match(yaml, /^ {2}weekly: \{platform: text, editor: "telegram:77", group: "weekly", from: news\}$/m)
      assert.match(yaml, /^editors: \["telegram:77"\]$/m)
      assert.equal((await at.run('preview', 'contents', '--to', 'weekly', '--file', 'a.md')).code, 0)
      // The number comes later: nothing is wrong until then, and the comment says what to do.
      const later = place({ 'a.md': edition('Aye', 2) })
      const without = await init(later, [language, 'text', 'The "family"', TOKEN, 'a.md', 'UTC', '-', '-', ''])
      assert.equal(without.code, 0, without.err)
      const begun = readFileSync(later.path('digestd.yaml'), 'utf8')
      assert.match(begun, comment)
      assert.equal((await later.run('check')).code, 0)
      later.write('digestd.yaml', begun.replace(/^# channels:$/m, 'channels:').replace(/^# ( {2}weekly: )/m, '$1').replace(/^# (editors|operator):/gm, '$1:'))
      const check = await later.run('check')
      assert.equal(check.code, 0, check.err)
    })

  test('editions behind an address: tried at once, and written as a source by url', async () => {
    const web = await Pages.open({ '/one.md': text(edition('One', 3)) })
    const at = place()
    const done = await init(at, ['en', 'room', 'https://:81x/', web.url('/none.md'), 'UTC', '-', '-'])
    assert.equal(done.code, 0, done.err)
    assert.match(done.out, /an address looks like https:/)
    assert.match(done.out, /It cannot be read now: http:\/\/127\.0\.0\.1:\d+\/none\.md answered 404/)
    const good = await init(at, ['en', 'room', web.url('/one.md'), 'UTC', '-', '-'], '--force')
    assert.equal(good.code, 0, good.err)
    assert.match(good.out, /1 edition\(s\) there, with 3 items and 3 questions/)
    assert.match(readFileSync(at.path('digestd.yaml'), 'utf8'), /- name: news\n {4}url: "http:\/\/127\.0\.0\.1:\d+\/one\.md"\n {4}every: 30m\n/)
    assert.equal((await at.json('check')).find((line) => line.kind === 'source').every, '30m')
    await web.close()
  })

  test('what is there is not written over, unless it is asked for; then the old one is kept', async () => {
    const at = place({ 'digestd.yaml': 'language: zh\n', 'a.md': edition('Aye', 1) })
    const refused = await init(at, [])
    assert.equal(refused.code, 2)
    assert.match(refused.err, /is there already; to write it anew: digestd init --force/)
    const forced = await init(at, ['', 'room', 'a.md', 'UTC', '-', '-'], '--force')
    assert.equal(forced.code, 0, forced.err)
    assert.equal(readFileSync(at.path('digestd.yaml.old'), 'utf8'), 'language: zh\n')
    assert.deepEqual((await at.json('check')).find((line) => line.kind === 'channel').posts, ['contents when published'])
  })

  test('answers that end early, wrong flags and hostile ones write nothing', async () => {
    for (const [answers, words, trouble] of [
      [['en'], [], /answers ended/], [[], ['--language', 'fr'], /--language: zh \/ en/],
      [['telegram'], ['--language', 'en', '--platform', 'tellygram'], /--platform: one of these/],
      [['en', 'telegram', '', '', '', '', ''], [], /no usable answer|answers ended/]]) {
      const at = place({})
      const done = await init(at, answers, ...words)
      assert.equal(done.code, 2)
      assert.match(done.err, trouble)
      assert.throws(() => statSync(at.path('digestd.yaml')))
    }
    const at = place({})
    const done = await init(at, ['en', 'telegram', TOKEN, '-5", posts: [] #', '-5', 'a"b\\*.md', 'UTC', '09:00', '-', ''])
    assert.equal(done.code, 0, done.err)
    // Nothing of it is YAML: the chat is refused for what it is, and the rest is as it was typed.
    assert.match(done.out, /chat is the group's id/)
    const check = await at.json('check')
    assert.deepEqual(check.find((line) => line.kind === 'channel').posts.length, 2)
    assert.ok(check.find((line) => line.kind === 'source').path.endsWith('/a"b\\*.md'))
  })

  test('中文', async () => {
    const at = place({ '_posts/a.md': edition('甲', 2) })
    const done = await init(at, ['zh', 'telegram', TOKEN, '', '', 'Asia/Shanghai', '', '', ''])
    assert.equal(done.code, 0, done.err)
    assert.match(done.out, /群在哪个平台/)
    assert.match(done.out, /1 个文件；最新的 a\.md 有 2 条、2 个问题/)
    assert.match(done.out, /在群里发 \/where/)
    assert.match(readFileSync(at.path('digestd.yaml'), 'utf8'), /^language: zh$/m)
    assert.equal((await at.run('check')).code, 0)
  })
})

describe('from nothing to the first post', { timeout: 240000 }, () => {
  let at, tg
  const group = chatOf(1), me = 77
  before(async () => {
    tg = await start({ token: TOKEN })
    at = new Place({ '_posts/week.md': edition('Week', 3) })
  })
  after(async () => { await at.remove(); await tg.stop(); assert.ok(!at.output.includes(TOKEN.slice(5)), 'the token was printed') })

  test('init without knowing the chat, /where in the group, its line, a look alone, the group', async () => {
    assert.equal((await init(at, ['en', 'telegram', TOKEN, '', '_posts/*.md', 'UTC', '-', '-', ''], '--api', tg.url)).code, 0)
    writeFileSync(at.path('digestd.yaml'), readFileSync(at.path('digestd.yaml'), 'utf8').replace('127.0.0.1:8080', '127.0.0.1:0'))
    await at.start(['run'])
    tg.say({ chat: group, text: '/where', user: me })
    const answer = await until(() => tg.messages.find((message) => message.chat.id === group), 'the answer to /where', PATIENT)
    const line = answer.text.match(/^weekly: \{.*\}$/m)[0]
    assert.match(line, new RegExp(`bot: telegram, chat: ${group}, from: news`))
    assert.match(answer.text, new RegExp(`telegram:${me}`))
    // What the comment in the file asks for: the line below channels:, the editor's number.
    const yaml = readFileSync(at.path('digestd.yaml'), 'utf8')
      .replace(/^# channels:$/m, 'channels:').replace(/^# {3}weekly: .*$/m, `  ${line}`).replace(/^# (editors|operator): (.*)12345/gm, `$1: $2${me}`)
    writeFileSync(at.path('digestd.yaml'), yaml)
    const check = await at.run('check', '--online')
    assert.equal(check.code, 0, check.out + check.err)
    assert.match(check.out, /weekly: .*right/)
    at.child.kill('SIGHUP')
    await until(() => /configuration read again|weekly/.test(at.output), 'the reload')
    // A look in one's own chat, twice if one likes, before the group.
    const look = await at.run('preview', 'item', '2', '--to', `telegram:${me}`)
    assert.equal(look.code, 0, look.err)
    for (const times of [1, 2]) {
      const posted = await at.run('post', 'item', '2', '--to', `telegram:${me}`, '--wait')
      assert.equal(posted.code, 0, posted.out + posted.err)
      assert.equal(tg.messages.filter((message) => message.chat.id === me && /Week story 2/.test(message.text)).length, times)
    }
    const posted = await at.run('post', 'contents', '--to', 'weekly', '--wait')
    assert.equal(posted.code, 0, posted.out + posted.err)
    assert.ok(tg.messages.some((message) => message.chat.id === group && /Week story 1/.test(message.text)))
    const item = await at.run('post', 'item', '2', '--to', 'weekly', '--wait')
    assert.equal(item.code, 0, 'the look did not count as told')
    const again = await at.run('post', 'item', '2', '--to', 'weekly')
    assert.equal(again.code, 1)
    assert.match(again.err, /was told in weekly/)
  })

  test('a chat that is not an editor cannot be posted to; checks name the likely mistake', async () => {
    const stranger = await at.run('post', 'item', '1', '--to', 'telegram:999')
    assert.equal(stranger.code, 2)
    assert.match(stranger.err, /there is no channel telegram:999/)
    const yaml = readFileSync(at.path('digestd.yaml'), 'utf8')
    writeFileSync(at.path('wrong.yaml'), yaml.replace(`chat: ${group}`, `chat: ${-group}`).replace('127.0.0.1:0', '0.0.0.0:8080').replace('state: digestd.db', 'state: nowhere/digestd.db'))
    const check = await at.run('-c', 'wrong.yaml', 'check')
    assert.equal(check.code, 1)
    assert.match(check.out, new RegExp(`note: weekly: chat ${-group} is no group: ids of groups are negative. Is it ${group}\\?`))
    assert.match(check.out, /0\.0\.0\.0:8080 can be reached from other machines/)
    assert.match(check.out, /nowhere: the folder of the state file: No such file/)
  })
})
