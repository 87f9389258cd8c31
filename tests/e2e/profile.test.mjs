// How a file is read is told block by block, and a source's profile and link hold wherever its files are read.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { Place, until } from './lib/daemon.mjs'

const weekly = `---
title: "Harbour notes 12"
date: 2026-05-04
---

Good morning.

## From the quay

#### 渡轮改点

冬季时刻表从周一开始。

ref. https://ferry.example/winter

#### The crane is back

It lifts again.
`
const configuration = (more = '') => `state: digestd.db
timezone: UTC
language: en
http: {listen: "127.0.0.1:0"}
sources:
  - {name: notes, path: "posts/*.md", link: "https://harbour.example/:year/:title/", settle: 0s${more}}
  - {name: other, path: "other/*.md", settle: 0s}
channels:
  hall: {platform: room, from: [notes, other], start: none, posts: []}
`

describe('how a file is read', () => {
  const place = new Place({ 'posts/2026-05-04-notes.md': weekly, 'elsewhere/draft.md': weekly, 'none.md': 'Only words.\n' })
  after(() => place.remove())

  test('--explain without a configuration: a line a block, and the sum', async () => {
    const { code, out } = await place.run('read', '--explain', 'posts/2026-05-04-notes.md')
    assert.equal(code, 0)
    assert.match(out, /^posts\/2026-05-04-notes\.md, without a profile\n/)
    assert.match(out, /\n +title +Harbour notes 12 +— the front matter says the title \(title-front\)\n/)
    assert.match(out, /\n2 items in 1 section, 1 link, 0 questions[^\n]*\n/)
  })

  test('--explain --json: blocks beside the editions', async () => {
    const { out } = await place.run('read', '--explain', '--json', 'posts/2026-05-04-notes.md')
    const { editions, explained } = JSON.parse(out)
    assert.equal(editions[0].sections[0].items.length, 2)
    assert.deepEqual(explained[0], { line: 0, end_line: 0, role: 'title', rule: 'title-front', text: 'Harbour notes 12' })
    assert.equal('explained' in JSON.parse((await place.run('read', '--json', 'posts/2026-05-04-notes.md')).out), false)
  })

  test('a file without items: where to look; --explain itself does not say so again', async () => {
    const { code, err } = await place.run('read', 'none.md')
    assert.equal(code, 2)
    assert.match(err, /^none\.md[^\n]*: 0 items[^\n]*[.;] [Ss]ee digestd read --explain none\.md\n$/)
    const explained = await place.run('read', '--explain', '--json', 'none.md')
    assert.equal(explained.code, 2)
    assert.deepEqual(JSON.parse(explained.out).editions, [])
    assert.doesNotMatch(explained.err, /--explain/)
  })

  test('what is wrong is said in the language of the configuration', async () => {
    place.write('zh.yaml', configuration().replace('language: en', 'language: zh'))
    const { code, err } = await place.run('-c', 'zh.yaml', 'read', 'none.md')
    assert.equal(code, 2)
    assert.match(err, /^none\.md: 读出 0 条[^\n]*；请看 digestd read --explain none\.md\n$/)
  })

  test('a profile on the command line: its mistakes have a place', async () => {
    place.write('wrong.yaml', 'items: lst\n')
    const { code, err } = await place.run('read', '--profile', 'wrong.yaml', 'none.md')
    assert.equal(code, 2)
    assert.equal(err, 'wrong.yaml:1:8: there is no form of items lst; did you mean list?\n')
  })

  test('with a configuration: the file of a source is read as that source says', async () => {
    place.write('digestd.yaml', configuration())
    const link = async (...words) => JSON.parse((await place.run('read', '--json', ...words)).out).editions[0].edition.link
    assert.equal(await link('posts/2026-05-04-notes.md'), 'https://harbour.example/2026/notes/')
    assert.equal(await link('./posts/2026-05-04-notes.md'), 'https://harbour.example/2026/notes/')
    assert.equal(await link(place.path('posts/2026-05-04-notes.md')), 'https://harbour.example/2026/notes/')
    assert.equal(await link('elsewhere/draft.md'), null)
    const said = async (file) => (await place.run('read', '--explain', file)).out.split('\n')[0]
    assert.equal(await said('posts/2026-05-04-notes.md'), 'posts/2026-05-04-notes.md, as the source notes says (no profile)')
    assert.equal(await said('elsewhere/draft.md'), 'elsewhere/draft.md, without a profile')
    place.write('harbour.yaml', 'labels: [Berth]\n')
    place.write('digestd.yaml', configuration(', profile: harbour.yaml'))
    assert.equal(await said('posts/2026-05-04-notes.md'),
      `posts/2026-05-04-notes.md, as the source notes says (profile: ${place.path('harbour.yaml')})`)
    place.write('harbour.yaml', 'sections: none\nitems: h2\n')
    const preview = async (file) => (await place.run('preview', 'contents', '--platform', 'text', '--file', file)).out
    assert.match(await preview('posts/2026-05-04-notes.md'), /1 From the quay/)
    assert.match(await preview('elsewhere/draft.md'), /From the quay\n1 渡轮改点\n2 The crane is back/)
  })

  test('import finds the source by the path; what belongs to none asks for --source', async () => {
    const { code, err } = await place.run('import', 'elsewhere/draft.md')
    assert.equal(code, 2)
    assert.match(err, /which source is it of\? --source NAME/)
    assert.equal((await place.run('import', 'posts/2026-05-04-notes.md')).code, 0)
    const edition = JSON.parse((await place.run('editions', '--json')).out)
    assert.equal(edition.source, 'notes')
  })

  test('a configuration that cannot be read is told, and read does without it; one that was named does not', async () => {
    place.write('digestd.yaml', configuration(', profil: x'))
    const { code, out, err } = await place.run('read', 'posts/2026-05-04-notes.md')
    assert.equal(code, 0)
    assert.match(out, /2 items/)
    assert.match(err, /^digestd\.yaml:\d+:\d+: notes has no key "profil"; did you mean "profile"\?\n\(it is read without the configuration\)\n$/)
    assert.equal((await place.run('-c', 'digestd.yaml', 'read', 'posts/2026-05-04-notes.md')).code, 2)
  })
})

describe('a profile that changes', { timeout: 60000 }, () => {
  const place = new Place({ 'posts/2026-05-04-notes.md': `${weekly}\n## Notices\n\n#### Lost keys\n\nAt the office.\n`,
    'digestd.yaml': configuration(', profile: harbour.yaml'), 'harbour.yaml': 'labels: [Berth]\n' })
  const numbers = async () => {
    const { code, out } = await place.run('items', '--json')
    return code ? [] : out.trim().split('\n').flatMap((line) => JSON.parse(line)).map((item) => item.number)
  }
  const shows = (wanted) => until(async () => (await numbers()).join() === wanted, `items ${wanted}`)
  after(async () => { await place.stop(); place.remove() })

  test('a profile file that is edited counts with SIGHUP: the files are read again, items keep their numbers', async () => {
    await place.start(['run'])
    await shows('1,2,3')
    place.write('harbour.yaml', 'sections: none\nitems: h2\n')
    place.child.kill('SIGHUP')
    await until(() => /source notes: profile changed/.test(place.output), 'the line')
    await shows('1,4') // one that holds the first, and another
    place.write('harbour.yaml', 'items: [h2\n')
    const from = place.output.length
    place.child.kill('SIGHUP')
    await until(() => /harbour\.yaml:\d+:\d+: /.test(place.output.slice(from)), 'the error with the place in the profile')
    place.write('harbour.yaml', 'sections: none\nitems: h2 # as before\n')
    place.child.kill('SIGHUP')
    await until(() => /nothing changed/.test(place.output.slice(from)), 'the line')
    assert.equal((await numbers()).join(), '1,4')
  })

  test('one that was edited while nothing ran counts at the start; a file that did not change is not read twice', async () => {
    await place.stop()
    place.write('harbour.yaml', 'labels: [Berth]\n')
    await place.start(['run'])
    await shows('1,2,3') // the same as ever
    const from = place.output.length
    await place.stop()
    await place.start(['run'])
    await shows('1,2,3')
    assert.doesNotMatch(place.output.slice(from), /2026-05-04-notes\.md/)
  })
})
