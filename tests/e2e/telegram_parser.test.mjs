// Every text made for Telegram goes through Telegram's own parser (TDLib, offline): it must be taken, keep all its
// links, and be as long as we think. The stand-in's parser is held against it too.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseHtml } from './standin/telegram_html.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const golden = resolve(here, '../golden/adapters/render')
const folder = mkdtempSync(join(tmpdir(), 'digestd-parser-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The library and a program that calls it, or why there is none. */
function findParser() {
  let library
  try {
    library = createRequire(import.meta.url)('prebuilt-tdlib').getTdjson()
  } catch (error) {
    return { skip: `npm's prebuilt-tdlib is not here (${error.code ?? error.message}); npm ci in tests/e2e brings it` }
  }
  const program = join(folder, 'td_execute')
  const built = spawnSync(process.env.CC || 'cc', ['-D_GNU_SOURCE', '-O1', '-o', program, join(here, 'tools/td_execute.c'), '-ldl'],
    { encoding: 'utf8' })
  if (built.status !== 0) return { skip: `no C compiler for the helper: ${built.stderr || built.error}` }
  return { library, program }
}

const parser = findParser()
const skip = parser.skip ?? false

/** TDLib's answers to these HTML texts. */
function ask(texts) {
  const requests = texts.map((text) => JSON.stringify({ '@type': 'parseTextEntities', text,
    parse_mode: { '@type': 'textParseModeHTML' } }))
  const out = execFileSync(parser.program, [parser.library], { input: requests.join('\n') + '\n', maxBuffer: 1 << 28,
    stdio: ['pipe', 'pipe', 'ignore'] })
  const answers = out.toString().trim().split('\n').map((line) => JSON.parse(line))
  assert.equal(answers.length, texts.length)
  return answers
}

const TYPES = { textEntityTypeBold: 'bold', textEntityTypeItalic: 'italic', textEntityTypeStrikethrough: 'strikethrough',
  textEntityTypeCode: 'code', textEntityTypePre: 'pre', textEntityTypePreCode: 'pre', textEntityTypeTextUrl: 'text_link',
  textEntityTypeBlockQuote: 'blockquote', textEntityTypeExpandableBlockQuote: 'expandable_blockquote',
  textEntityTypeUnderline: 'underline', textEntityTypeSpoiler: 'spoiler' }

/** What entities of one type cover, white space left out: Telegram trims it from them. */
function covered(entities, type, text) {
  const units = new Set()
  for (const entity of entities)
    if (entity.type === type) for (let i = entity.offset; i < entity.offset + entity.length; i++)
      if (i >= 0 && i < text.length && /\S/.test(text[i])) units.add(i)
  return [...units].sort((a, b) => a - b).join()
}

/** Does TDLib take it, with every link and quote, and read the same text as we do? */
function check(texts) {
  let links = 0
  ask(texts).forEach((answer, i) => {
    const what = `${texts[i].slice(0, 200)}…`
    assert.equal(answer['@type'], 'formattedText', `${answer.message}: ${what}`)
    const ours = parseHtml(texts[i])
    assert.equal(answer.text.trim(), ours.text, what)
    assert.ok([...answer.text].length <= 4096, what)
    assert.ok(answer.entities.length <= 100, `${answer.entities.length} entities: ${what}`)
    const cut = answer.text.length - answer.text.trimStart().length
    const theirs = answer.entities.map((entity) => ({ type: TYPES[entity.type['@type']] ?? entity.type['@type'],
      offset: entity.offset - cut, length: entity.length }))
    for (const type of ['text_link', 'code', 'pre', 'blockquote', 'expandable_blockquote'])
      assert.ok(covered(theirs, type, ours.text) === covered(ours.entities, type, ours.text), `${type}: ${what}`)
    assert.ok(!theirs.some(({ type }) => /Mention|BotCommand|Hashtag/.test(type)), what)
    links += theirs.filter(({ type }) => type === 'text_link').length
  })
  return links
}

test('every golden text is taken whole', { skip }, () => {
  const texts = readdirSync(golden).flatMap((name) =>
    JSON.parse(readFileSync(join(golden, name), 'utf8')).telegram.parts.map((part) => part.text))
  assert.ok(texts.length > 10)
  assert.ok(check(texts) > 10)
})

test('nothing in an edition comes alive', { skip }, () => {
  const { text } = JSON.parse(readFileSync(join(golden, 'quiet.json'), 'utf8')).telegram.parts[0]
  const plain = parseHtml(text).text.split('Ours:')[0]
  const request = JSON.stringify({ '@type': 'getTextEntities', text: plain })
  const out = execFileSync(parser.program, [parser.library], { input: `${request}\n`, stdio: ['pipe', 'pipe', 'ignore'] })
  const alive = JSON.parse(out).entities.map((entity) => [entity.type['@type'],
    plain.substr(entity.offset, entity.length)])
  assert.deepEqual(alive.filter(([type]) => !/Url$|EmailAddress$/.test(type) && type), [['textEntityTypeMention', '@name'],
    ['textEntityTypeBotCommand', '/cmd']], 'only what stands inside a link, where Telegram does not look')
})

const unit = process.env.DIGESTD_UNIT_RENDER ||
  join(dirname(process.env.DIGESTD || resolve(here, '../../build/digestd')), 'unit_adapters_render')

test('any message at all is taken whole', { skip: skip || (!existsSync(unit) && `${unit} is not built`) }, () => {
  const dump = join(folder, 'parts.jsonl')
  execFileSync(unit, { env: { ...process.env, UNIT_DUMP: dump }, stdio: 'ignore' })
  const texts = readFileSync(dump, 'utf8').trim().split('\n').map((line) => JSON.parse(line).text)
  assert.ok(texts.length > 100)
  check(texts)
})

test('the stand-in refuses what Telegram refuses, in the same words', { skip }, () => {
  const texts = ['a<br>', '<b>x', '<b>x</i>', '</b>', '<b', '<a href=http://e.org/x>y</a>', '<a href="http://e.org">y</a',
    '<p>x</p>', 'a < b', '<B>x</b>', '<b/>', '<!-- x -->', '<span>x</span>', '<b><i>x</b></i>', '中文<br/>', '<a href>x</a>',
    '<blockquote expandable>x</blockquote>', '<pre><code class="language-c">x</code></pre>', '&nbsp;&lt;&#65;&#x42;&amp',
    '<a href="javascript:alert(1)">x</a>', '<a href="http://localhost">x</a>', '<a href="https://例子.测试/路">x</a>',
    '<a href="tg://resolve?domain=x">x</a>', '<code>a</code><u>b</u><tg-spoiler>c</tg-spoiler>', '<b ="x">y</b>',
    '<b></b>x', '', '&', '<s>x</S>']
  const read = (text) => {
    try {
      const { text: plain, entities } = parseHtml(text)
      return `${plain} (${entities.length})`
    } catch (error) {
      return error.message
    }
  }
  const theirs = ask(texts).map((answer) => answer['@type'] === 'error'
    ? answer.message.replace(/^Can't parse entities: /i, '') : `${answer.text.trim()} (${answer.entities.length})`)
  assert.deepEqual(texts.map((text) => [text, read(text)]), texts.map((text, i) => [text, theirs[i]]))
})
