// A place with the real program, the stand-in for the Bot API, and a bot with many groups.
import { start } from '../standin/telegram.mjs'
import { Place, slow, until } from './daemon.mjs'

export const TOKEN = '4200:stand-in-Token_0123456789abcdefghij'
export const EDITOR = 7
/** Paces let one chat have an answer every ten seconds. */
export const PATIENT = 40000 * slow

export const chatOf = (number) => -1001000000000 - number
const now = () => Math.floor(Date.now() / 1000)

export function configuration({ api, channels = [], groups = 0, language = 'en', more = '', settle = '0s' }) {
  const lines = [...channels]
  for (let i = 0; i < groups; i++) lines.push(`c${i}: {bot: tg, chat: ${chatOf(i)}, from: news}`)
  return `state: digestd.db
timezone: Asia/Shanghai
language: ${language}
http: {listen: "127.0.0.1:0"}
sources:
  - {name: news, path: "posts/*.md", settle: ${settle}}
bots:
  tg: {platform: telegram, token: {file: tg.token}, api: "${api}"}
channels:
  ${lines.join('\n  ')}
editors: ["telegram:${EDITOR}"]
${more}`
}

export class Groups extends Place {
  /** `standIn`: options of the stand-in; else a configuration's. */
  static async open({ files = {}, standIn = {}, ...about } = {}) {
    const tg = await start({ token: TOKEN, ...standIn })
    const place = new Groups({ 'tg.token': `${TOKEN}\n`, 'posts/.keep': '', ...files })
    place.write('digestd.yaml', configuration({ api: tg.url, ...about }))
    place.tg = tg
    place.elsewhere = 0
    return place
  }

  async close() {
    await this.remove()
    await this.tg.stop()
  }

  /** What was posted to a chat, by anybody's command or none. */
  messages(chat) { return this.tg.messages.filter((message) => message.chat.id === chat) }

  requests(method, chat) {
    return this.tg.requests.filter((one) => one.method === method && (chat === undefined || one.chat === String(chat)))
  }

  /** Everything said so far has been heeded: what is said last, in a chat of its own, is answered. */
  async heeded() {
    const chat = -5000000 - ++this.elsewhere
    this.tg.say({ chat, text: '/where', user: 5000000 + this.elsewhere })
    await until(() => this.messages(chat).length, 'the answer in another chat', PATIENT)
  }

  async answers(text) {
    return (await this.deliveries('--answers')).filter((row) => row.kind === 'answer' && (text === undefined || row.subject === text))
  }

  /** The message that answers what is said. */
  async ask(about) {
    const before = this.messages(about.chat).length
    this.tg.say(about)
    await until(() => this.messages(about.chat).length > before, `the answer to ${about.text}`, PATIENT)
    return this.messages(about.chat).at(-1)
  }

  async sent(words, channel, ...more) {
    const done = await this.run('post', ...words, '--to', channel, '--wait', ...more)
    if (done.code) throw new Error(`post ${words.join(' ')} to ${channel}: ${done.code}: ${done.out}${done.err}`)
    return done
  }

  /** Of a text by its key; undefined: it has not yet come to the head of its channel. */
  async state(key) { return (await this.deliveries()).find((row) => row.subject === key || row.subject.endsWith(key))?.state }

  member(chat, status, more = {}) {
    this.tg.updates({ my_chat_member: { chat: { id: chat, type: 'supergroup', title: 'x' }, from: { id: 1, is_bot: false, first_name: 'A' },
      date: now(), old_chat_member: { status: 'member', user: { id: 4200 } }, new_chat_member: { status, user: { id: 4200 }, ...more } } })
  }
}

/** An update of somebody's message, to be queued as it is. */
export const said = (update_id, text, { chat, user = 1001, date = now(), ...more }) => ({ update_id,
  message: { message_id: update_id, from: { id: user, is_bot: false, first_name: 'Member' },
    chat: { id: chat, type: chat > 0 ? 'private' : 'supergroup', title: 'x' }, date, text, ...more } })
