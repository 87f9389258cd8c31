// Telegram's HTML as the real server takes it: one strict pass over the bytes, errors with byte offsets.

const TAGS = new Set(['b', 'strong', 'i', 'em', 'u', 'ins', 's', 'strike', 'del', 'tg-spoiler', 'span', 'a', 'code',
  'pre', 'blockquote', 'tg-emoji', 'tg-time'])
const TYPES = {
  b: 'bold', strong: 'bold', i: 'italic', em: 'italic', u: 'underline', ins: 'underline', s: 'strikethrough',
  strike: 'strikethrough', del: 'strikethrough', 'tg-spoiler': 'spoiler', span: 'spoiler', a: 'text_link', code: 'code',
  pre: 'pre', blockquote: 'blockquote', 'tg-emoji': 'custom_emoji', 'tg-time': 'date_time',
}
const NAMED = { lt: '<', gt: '>', amp: '&', quot: '"' }
const SPACE = /[ \t\r\n\v\f]/

export class ParseError extends Error {}

/** Decodes the entity at `at`; null when none that is known begins there. A missing ";" is let through. */
function entityAt(text, at) {
  const named = /^&(lt|gt|amp|quot)(;?)/.exec(text.slice(at, at + 7))
  if (named) return { text: NAMED[named[1]], size: named[0].length }
  const number = /^&#(?:x([0-9a-f]+)|([0-9]+));?/i.exec(text.slice(at, at + 14))
  if (!number) return null
  const code = number[1] ? parseInt(number[1], 16) : parseInt(number[2], 10)
  if (!code || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return null
  return { text: String.fromCodePoint(code), size: number[0].length }
}

/** One character per byte, so that every index is a byte offset; text() turns pieces back. */
const text = (bytes) => Buffer.from(bytes, 'latin1').toString('utf8')

function readAttributes(html, i, tag, begin) {
  const attributes = {}
  for (;;) {
    while (i < html.length && SPACE.test(html[i])) i++
    if (i >= html.length) throw new ParseError(`Unclosed start tag at byte offset ${begin}`)
    if (html[i] === '>') return { attributes, end: i + 1 }
    const nameAt = i
    while (i < html.length && !SPACE.test(html[i]) && html[i] !== '=' && html[i] !== '>') i++
    const name = html.slice(nameAt, i).toLowerCase()
    if (!name) throw new ParseError(`Empty attribute name in the tag "${tag}" at byte offset ${begin}`)
    while (i < html.length && SPACE.test(html[i])) i++
    if (html[i] !== '=') { // an attribute without a value
      attributes[name] = ''
      continue
    }
    i++
    while (i < html.length && SPACE.test(html[i])) i++
    let value = ''
    if (html[i] === '"' || html[i] === "'") {
      const quote = html[i++]
      while (i < html.length && html[i] !== quote) {
        const entity = html[i] === '&' ? entityAt(html, i) : null
        value += entity ? Buffer.from(entity.text).toString('latin1') : html[i]
        i += entity ? entity.size : 1
      }
      if (i >= html.length) throw new ParseError(`Unclosed start tag at byte offset ${begin}`)
      i++
    } else {
      const valueAt = i
      while (i < html.length && /[a-z0-9.-]/i.test(html[i])) i++
      value = html.slice(valueAt, i).toLowerCase()
      if (i < html.length && !SPACE.test(html[i]) && html[i] !== '>')
        throw new ParseError(`Unexpected end of name token at byte offset ${valueAt}`)
    }
    attributes[name] = text(value)
  }
}

/** The address as Telegram keeps it, or null: then the link is dropped, its text stays. */
export function keptAddress(url) {
  const trimmed = url.trim()
  if (/^tg:/i.test(trimmed) || /^ton:/i.test(trimmed)) return trimmed
  const match = /^(?:(https?):\/\/)?([^/?#\s]+)([^\s]*)$/i.exec(trimmed)
  if (!match || (!match[1] && /^[a-z][a-z0-9+.-]*:/i.test(trimmed))) return null
  const host = match[2].replace(/^[^@]*@/, '').replace(/:\d+$/, '')
  if (!/[^.]\.[^.]/.test(host)) return null
  return match[1] ? trimmed : `http://${trimmed}`
}

function entityOf(open, end) {
  const entity = { type: TYPES[open.tag], offset: open.offset, length: end - open.offset }
  if (open.tag === 'a') {
    entity.url = keptAddress(open.attributes.href ?? '')
    if (!entity.url) return null
  }
  if (open.tag === 'blockquote' && 'expandable' in open.attributes) entity.type = 'expandable_blockquote'
  if (open.tag === 'pre' && open.language) entity.language = open.language
  return entity
}

/** {text, entities} with offsets in UTF-16 units; throws ParseError with the words of the real server. */
export function parseHtml(source) {
  const html = Buffer.from(source).toString('latin1')
  const open = []
  const entities = []
  let out = ''
  let pending = ''
  const flush = () => {
    out += text(pending)
    pending = ''
  }
  for (let i = 0; i < html.length;) {
    if (html[i] === '&') {
      const entity = entityAt(html, i)
      pending += entity ? Buffer.from(entity.text).toString('latin1') : '&'
      i += entity ? entity.size : 1
      continue
    }
    if (html[i] !== '<') {
      pending += html[i++]
      continue
    }
    flush()
    const begin = i++
    if (html[i] === '/') {
      if (!open.length) throw new ParseError(`Unexpected end tag at byte offset ${begin}`)
      i++
      const nameAt = i
      while (i < html.length && !SPACE.test(html[i]) && html[i] !== '>') i++
      const name = html.slice(nameAt, i).toLowerCase()
      while (i < html.length && SPACE.test(html[i])) i++
      if (html[i] !== '>') throw new ParseError(`Unclosed end tag at byte offset ${begin}`)
      i++
      const last = open.pop()
      if (name && name !== last.tag)
        throw new ParseError(`Unmatched end tag at byte offset ${begin}, expected "</${last.tag}>", found "</${name}>"`)
      if (last.tag === 'code' && open.at(-1)?.tag === 'pre' && /^language-/.test(last.attributes.class ?? ''))
        open.at(-1).language = last.attributes.class.slice(9)
      else if (out.length > last.offset && entityOf(last, out.length)) entities.push(entityOf(last, out.length))
      continue
    }
    const nameAt = i
    while (i < html.length && !SPACE.test(html[i]) && html[i] !== '>') i++
    if (i >= html.length) throw new ParseError(`Unclosed start tag at byte offset ${begin}`)
    const tag = html.slice(nameAt, i).toLowerCase()
    if (!TAGS.has(tag)) throw new ParseError(`Unsupported start tag "${text(tag)}" at byte offset ${begin}`)
    const read = readAttributes(html, i, tag, begin)
    if (tag === 'span' && read.attributes.class !== 'tg-spoiler')
      throw new ParseError(`Tag "span" must have class "tg-spoiler" at byte offset ${begin}`)
    open.push({ tag, attributes: read.attributes, offset: out.length, begin })
    i = read.end
  }
  flush()
  if (open.length)
    throw new ParseError(`Can't find end tag corresponding to start tag "${open.at(-1).tag}"`)
  return trim(out, entities)
}

/** Leading and trailing white space goes, and the entities with it. */
function trim(all, entities) {
  const text = all.trim()
  const cut = all.length - all.trimStart().length
  const kept = []
  for (const entity of entities) {
    const from = Math.max(entity.offset - cut, 0)
    const to = Math.min(entity.offset + entity.length - cut, text.length)
    if (to > from) kept.push({ ...entity, offset: from, length: to - from })
  }
  kept.sort((a, b) => a.offset - b.offset || b.length - a.length)
  return { text, entities: kept }
}

/** MarkdownV2, only as far as it refuses: reserved characters must be escaped outside code. */
export function parseMarkdownV2(source) {
  let out = ''
  let code = ''
  for (let i = 0; i < source.length; i++) {
    const c = source[i]
    if (c === '\\' && i + 1 < source.length && source.charCodeAt(i + 1) < 128) {
      out += source[++i]
    } else if (source.startsWith('```', i) && code !== '`') {
      code = code ? '' : '```'
      i += 2
    } else if (c === '`' && code !== '```') {
      code = code ? '' : '`'
    } else if (!code && '.!-=+{}#|>'.includes(c) && !(c === '>' && (!i || source[i - 1] === '\n'))) {
      throw new ParseError(`Character '${c}' is reserved and must be escaped with the preceding '\\'`)
    } else if (code || !'*_~[]()'.includes(c)) {
      out += c
    }
  }
  if (code) throw new ParseError("Can't find end of the entity starting at byte offset 0")
  return trim(out, [])
}
