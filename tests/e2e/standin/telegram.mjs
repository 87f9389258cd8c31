// A stand-in for the Bot API: as strict as the real server, and as bad as a test wants it to be.
//
// In a test:      const tg = await start({ token: '42:TEST' });  … api: tg.url …;  await tg.stop()
// From a shell:   node telegram.mjs --port 8081 --token 42:TEST --journal /tmp/journal.jsonl
//
// Control, as methods of what start() gives or as POST /_control/NAME with their one argument as JSON:
//   say({text, chat, user, …})   a member writes; the update's id is given
//   press({data, chat, message_id, user})   a member presses a button
//   updates(update | [updates])  queue updates as they are; update_id is filled in where it is missing
//   chat({id, type, title, username, forum, topics, closed, state, migrated_to})
//                                what a chat is like; state: 'kicked' 'left' 'blocked' 'deactivated' 'deleted'
//                                'norights' 'unknown'
//   fault({kind, method, chat, times, skip, …})   what goes wrong next, see `faults` below; returns its id
//   settings({pacing, perSecond, perMinute, webhook, second, open, redeliver, revoked, token, reach, twice, retry})
//                                reach: (url) => where a webhook's address is in truth; twice: each update is pushed
//                                once more after it was taken; retry: ms until an update is pushed again
//   hook({url, secret, update, tries})   sends an update to a webhook as Telegram does; {status, tries}
//   reset()                      forgets faults, updates and requests; chats and messages stay
// GET /_control/requests, /_control/messages, /_control/state list what happened, with times of arrival.
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { pathToFileURL } from 'node:url'
import { ParseError, parseHtml, parseMarkdownV2 } from './telegram_html.mjs'

const UPDATES_ALLOWED = ['message', 'edited_message', 'channel_post', 'callback_query', 'my_chat_member']

/** A "no" of the Bot API. */
class Refusal extends Error {
  constructor(code, description, parameters, headers) {
    super(description)
    Object.assign(this, { code, parameters, headers })
  }
}
const bad = (words) => new Refusal(400, `Bad Request: ${words}`)
const forbidden = (words) => new Refusal(403, `Forbidden: ${words}`)
const flood = (seconds) => new Refusal(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds },
  { 'Retry-After': String(seconds) })

class StandIn {
  constructor(options) {
    this.token = options.token
    this.journal = options.journal
    this.me = { id: Number(options.token.split(':')[0]) || 42, is_bot: true, first_name: 'Digest',
      username: options.username, can_join_groups: true, can_read_all_group_messages: false }
    this.options = { pacing: false, perSecond: 1, perMinute: 20, webhook: '', second: '', open: true, redeliver: 0,
      revoked: false, reach: (url) => url, twice: false, retry: 150 }
    this.webhook = null // what setWebhook set; options.webhook alone is one that nobody serves
    this.pushes = []
    this.chats = new Map()
    this.messages = []
    this.commands = []
    this.nextUpdate = options.firstUpdate
    this.updates = []
    this.confirmed = []
    this.allowed = null
    this.requests = []
    this.faults = []
    this.nextFault = 1
    this.sent = new Map()
    this.poll = null
  }

  // --- control --------------------------------------------------------------------------------------------------

  chat(about) {
    const id = String(about.id)
    const chat = this.chats.get(id) ?? { id: about.id, type: Number(about.id) > 0 ? 'private' : 'supergroup',
      title: `chat ${id}`, topics: [], closed: [], state: '', next: 1 }
    this.chats.set(id, Object.assign(chat, about))
    return chat
  }

  find(name) {
    if (typeof name === 'string' && name.startsWith('@')) {
      for (const chat of this.chats.values())
        if (chat.username?.toLowerCase() === name.slice(1).toLowerCase()) return chat
      return null
    }
    if (!/^-?\d+$/.test(String(name))) return null
    return this.chats.get(String(name)) ?? (this.options.open ? this.chat({ id: Number(name) }) : null)
  }

  publicChat(chat) {
    const { id, type, title, username } = chat
    return { id, type, ...(type === 'private' ? { first_name: title } : { title }), ...(username && { username }),
      ...(chat.forum && { is_forum: true }) }
  }

  member(user) {
    return { id: 1001, is_bot: false, first_name: 'Member', ...(typeof user === 'object' ? user : user && { id: user }) }
  }

  updates_(list) {
    const ids = []
    for (const update of Array.isArray(list) ? list : [list]) {
      const id = update.update_id ?? this.nextUpdate
      this.nextUpdate = Math.max(id + 1, update.update_id === undefined ? this.nextUpdate + 1 : 0)
      this.updates.push({ update_id: id, ...update })
      ids.push(id)
    }
    this.answerPoll()
    this.push()
    return ids
  }

  say({ text, chat: id = -1001000000001, user, reply_to, topic, ...more }) {
    const chat = this.find(id) ?? this.chat({ id })
    const message = { message_id: chat.next++, from: this.member(user), chat: this.publicChat(chat),
      date: Math.floor(Date.now() / 1000), text, ...more }
    const command = /^\/[A-Za-z0-9_]{1,64}(@[A-Za-z0-9_]{3,32})?/.exec(text ?? '')
    if (command) message.entities = [{ type: 'bot_command', offset: 0, length: command[0].length }]
    if (topic) Object.assign(message, { message_thread_id: topic, is_topic_message: true })
    if (reply_to)
      message.reply_to_message = this.messages.find((m) => m.message_id === reply_to && m.chat.id === chat.id)
    return this.updates_({ message })[0]
  }

  press({ data, chat: id = -1001000000001, message_id, user, ...more }) {
    const chat = this.find(id) ?? this.chat({ id })
    const message = this.messages.find((m) => m.message_id === message_id && m.chat.id === chat.id) ??
      { message_id: message_id ?? 1, date: 0, chat: this.publicChat(chat) }
    return this.updates_({ callback_query: { id: String(Math.floor(Math.random() * 1e15)), from: this.member(user),
      chat_instance: '1', message, data, ...more } })[0]
  }

  fault(about) {
    this.faults.push({ times: 1, skip: 0, ...about, id: this.nextFault })
    return this.nextFault++
  }

  settings({ token = this.token, ...about }) {
    this.token = token
    Object.assign(this.options, about)
    return this.options
  }

  reset() {
    this.faults = []
    this.updates = []
    this.confirmed = []
    this.requests = []
    this.sent.clear()
    return true
  }

  async hook({ url, secret, update, tries = 3 }) {
    const body = JSON.stringify({ update_id: this.nextUpdate++, ...update })
    let status = 0
    for (let n = 1; n <= tries; n++) {
      const headers = { 'Content-Type': 'application/json',
        ...(secret !== undefined && { 'X-Telegram-Bot-Api-Secret-Token': secret }) }
      status = await fetch(url, { method: 'POST', headers, body, redirect: 'manual' }).then((r) => r.status, () => 0)
      if (status >= 200 && status < 500) return { status, tries: n }
    }
    return { status, tries }
  }

  async control(name, argument) {
    const calls = { say: 'say', press: 'press', updates: 'updates_', chat: 'chat', fault: 'fault', settings: 'settings',
      hook: 'hook', reset: 'reset' }
    if (name === 'requests') return this.requests
    if (name === 'messages') return this.messages
    if (name === 'state') return { options: this.options, faults: this.faults, commands: this.commands,
      waiting: this.updates.length, polling: this.poll !== null, chats: [...this.chats.values()] }
    if (!calls[name]) throw new Error(`no control ${name}`)
    return this[calls[name]](argument)
  }

  // --- methods of the Bot API -----------------------------------------------------------------------------------

  /** Takes a fault that is meant for this request. */
  takeFault(method, chat) {
    for (const fault of this.faults) {
      if (fault.method ? fault.method.toLowerCase() !== method : method === 'getupdates') continue
      if (fault.chat !== undefined && String(fault.chat) !== String(chat)) continue
      if (fault.skip > 0) {
        fault.skip--
        continue
      }
      if (fault.times > 0 && --fault.times === 0) this.faults.splice(this.faults.indexOf(fault), 1)
      return fault
    }
    return null
  }

  /** The chat of a request, or why there is none. */
  target(body, writing) {
    if (body.chat_id === undefined || body.chat_id === '') throw bad('chat_id is empty')
    const chat = this.find(body.chat_id)
    const kind = chat?.type === 'group' ? 'group' : chat?.type === 'channel' ? 'channel' : 'supergroup'
    if (!chat || chat.state === 'unknown') throw bad('chat not found')
    if (chat.migrated_to)
      throw new Refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat',
        { migrate_to_chat_id: chat.migrated_to })
    if (chat.state === 'kicked') throw forbidden(`bot was kicked from the ${kind} chat`)
    if (chat.state === 'left') throw forbidden(`bot is not a member of the ${kind} chat`)
    if (chat.state === 'blocked') throw forbidden('bot was blocked by the user')
    if (chat.state === 'deactivated') throw forbidden('user is deactivated')
    if (chat.state === 'deleted') throw forbidden('the group chat was deleted')
    if (writing && chat.state === 'norights') throw bad('not enough rights to send text messages to the chat')
    return chat
  }

  /** One second and one minute of a chat. */
  pace(chat) {
    if (!this.options.pacing) return
    const now = Date.now()
    const times = (this.sent.get(chat.id) ?? []).filter((at) => now - at < 60000)
    const perMinute = chat.type === 'private' ? Infinity : this.options.perMinute
    if (times.length >= perMinute) throw flood(Math.ceil((60000 - (now - times[0])) / 1000))
    if (times.filter((at) => now - at < 1000).length >= this.options.perSecond) throw flood(1)
    this.sent.set(chat.id, [...times, now])
  }

  formatted(body) {
    const { text } = body
    if (typeof text !== 'string' || !text) throw bad('message text is empty')
    if (Buffer.byteLength(text) > 32768) throw bad('text is too long')
    const mode = String(body.parse_mode ?? '').toLowerCase()
    let parsed
    try {
      if (mode === 'html') parsed = parseHtml(text)
      else if (mode === 'markdownv2') parsed = parseMarkdownV2(text)
      else if (!mode || mode === 'none') parsed = { text: text.trim(), entities: [] }
      else throw bad('unsupported parse_mode')
    } catch (error) {
      if (!(error instanceof ParseError)) throw error
      throw bad(`can't parse entities: ${error.message}`)
    }
    if (!parsed.text) throw bad('text must be non-empty')
    if ([...parsed.text].length > 4096) throw bad('message is too long')
    return parsed
  }

  keyboard(markup) {
    if (markup === undefined) return undefined
    const rows = markup?.inline_keyboard
    if (!Array.isArray(rows)) throw bad('object expected as reply markup')
    let count = 0
    for (const row of rows) {
      if (!Array.isArray(row)) throw bad('inline keyboard row must be an Array')
      if (row.length > 8) throw bad('BUTTON_COUNT_INVALID')
      for (const button of row) {
        count++
        if (typeof button?.text !== 'string' || !button.text) throw bad('inline keyboard button text must be non-empty')
        const actions = ['url', 'callback_data'].filter((key) => button[key] !== undefined)
        if (actions.length !== 1) throw bad('text buttons are unallowed in the inline keyboard')
        const bytes = Buffer.byteLength(button.callback_data ?? 'x')
        if (bytes < 1 || bytes > 64) throw bad('BUTTON_DATA_INVALID')
        if (button.url !== undefined && !/^(https?:\/\/[^/]*\.|tg:)/i.test(button.url)) throw bad('BUTTON_URL_INVALID')
      }
    }
    if (count > 100) throw bad('reply markup is too long')
    return { inline_keyboard: rows }
  }

  topic(chat, body) {
    const thread = body.message_thread_id
    if (!thread || !chat.forum) return undefined
    if (!Number.isInteger(Number(thread)) || Number(thread) === 1 || !chat.topics.includes(Number(thread)))
      throw bad('message thread not found')
    if (chat.closed.includes(Number(thread))) throw bad('TOPIC_CLOSED')
    return Number(thread)
  }

  sendMessage(body) {
    const chat = this.target(body, true)
    const formatted = this.formatted(body)
    const reply_markup = this.keyboard(body.reply_markup)
    const thread = this.topic(chat, body)
    const reply = body.reply_parameters
    const original = reply && this.messages.find((m) => m.message_id === reply.message_id && m.chat.id === chat.id)
    if (reply && !original && !reply.allow_sending_without_reply) throw bad('message to be replied not found')
    this.pace(chat)
    const message = { message_id: chat.next++, from: this.me, chat: this.publicChat(chat),
      date: Math.floor(Date.now() / 1000), ...formatted, ...(reply_markup && { reply_markup }),
      ...(thread && { message_thread_id: thread, is_topic_message: true }),
      ...(original && { reply_to_message: original }) }
    this.messages.push(message)
    Object.defineProperty(message, 'about', { value: { raw: body.text, silent: body.disable_notification === true } })
    return message
  }

  ours(body) {
    const chat = this.target(body, false)
    const message = this.messages.find((m) => m.chat.id === chat.id && m.message_id === Number(body.message_id))
    return { chat, message }
  }

  editMessageText(body) {
    const { message } = this.ours(body)
    if (!message) throw bad('message to edit not found')
    const formatted = this.formatted(body)
    const reply_markup = this.keyboard(body.reply_markup)
    const same = (m) => JSON.stringify([m.text, m.entities, m.reply_markup])
    if (same(message) === same({ ...formatted, reply_markup }))
      throw bad('message is not modified: specified new message content and reply markup are exactly the same as a ' +
        'current content and reply markup of the message')
    delete message.reply_markup
    Object.assign(message, formatted, reply_markup && { reply_markup }, { edit_date: Math.floor(Date.now() / 1000) })
    return message
  }

  deleteMessage(body) {
    const { message } = this.ours(body)
    if (!message) throw bad('message to delete not found')
    if (message.date < Math.floor(Date.now() / 1000) - 48 * 3600) throw bad("message can't be deleted for everyone")
    this.messages.splice(this.messages.indexOf(message), 1)
    return true
  }

  pinChatMessage(body) {
    const { chat, message } = this.ours(body)
    if (chat.state === 'norights') throw bad('not enough rights to manage pinned messages in the chat')
    if (!message) throw bad('message to pin not found')
    chat.pinned = message.message_id
    return true
  }

  answerCallbackQuery(body) {
    if (typeof body.callback_query_id !== 'string' || !body.callback_query_id)
      throw bad('query is too old and response timeout expired or query ID is invalid')
    return true
  }

  setMyCommands(body) {
    if (!Array.isArray(body.commands)) throw bad("can't parse commands JSON object")
    if (body.commands.length > 100) throw bad('BOT_COMMANDS_TOO_MUCH')
    for (const { command, description } of body.commands) {
      if (!/^\/?[a-z0-9_]{1,32}$/.test(command ?? '')) throw bad('BOT_COMMAND_INVALID')
      if (typeof description !== 'string' || !description || [...description].length > 256)
        throw bad('BOT_COMMAND_DESCRIPTION_INVALID')
    }
    const language = body.language_code ?? ''
    if (!/^([a-z]{2})?$/.test(language)) throw bad('BOT_COMMAND_LANGUAGE_INVALID')
    this.commands = [...this.commands.filter((set) => set.language !== language), { language, commands: body.commands }]
    return true
  }

  getChat(body) {
    return { ...this.publicChat(this.target(body, false)), accent_color_id: 0 }
  }

  getChatMember(body) {
    this.target(body, false)
    return { status: 'member', user: { id: Number(body.user_id) } }
  }

  setWebhook(body) {
    const url = String(body.url ?? '')
    if (!url) return this.deleteWebhook(body)
    if (!url.startsWith('https://')) throw bad('bad webhook: An HTTPS URL must be provided for webhook')
    const port = Number(new URL(url).port || 443)
    if (![443, 80, 88, 8443].includes(port)) throw bad('bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443')
    if (body.secret_token !== undefined && !/^[A-Za-z0-9_-]{1,256}$/.test(body.secret_token))
      throw bad('secret token contains unallowed characters')
    const max = body.max_connections ?? 40
    if (!Number.isInteger(max) || max < 1 || max > 100) throw bad('invalid max_connections')
    if (Array.isArray(body.allowed_updates)) this.allowed = body.allowed_updates.filter((kind) => UPDATES_ALLOWED.includes(kind))
    if (body.drop_pending_updates) this.updates = []
    this.poll?.reject(new Refusal(409, 'Conflict: terminated by setWebhook request'))
    this.options.webhook = url
    this.webhook = { url, secret: body.secret_token, max, error: '', error_date: 0 }
    this.push()
    return true
  }

  deleteWebhook(body) {
    this.options.webhook = ''
    this.webhook = null
    if (body.drop_pending_updates) this.updates = []
    return true
  }

  getWebhookInfo() {
    const { url = '', error, error_date, max } = this.webhook ?? {}
    return { url: url || this.options.webhook, has_custom_certificate: false, pending_update_count: this.updates.length,
      ...(error && { last_error_date: error_date, last_error_message: error }), ...(max && { max_connections: max }) }
  }

  /** Pushes what waits, one after the other, each until it is taken. */
  async push() {
    if (this.pushing) return
    this.pushing = true
    while (this.webhook && this.updates.length) {
      const [update] = this.updates
      const hook = this.webhook
      const status = await this.pushOne(hook, update)
      if (status >= 200 && status < 300) {
        if (this.options.twice) await this.pushOne(hook, update)
        this.updates = this.updates.filter((one) => one !== update)
        continue
      }
      hook.error = status ? `Wrong response from the webhook: ${status}` : 'Connection refused'
      hook.error_date = Math.floor(Date.now() / 1000)
      await new Promise((done) => setTimeout(done, this.options.retry))
    }
    this.pushing = false
  }

  async pushOne(hook, update) {
    const headers = { 'Content-Type': 'application/json', ...(hook.secret !== undefined && { 'X-Telegram-Bot-Api-Secret-Token': hook.secret }) }
    const status = await fetch(this.options.reach(hook.url), { method: 'POST', headers, body: JSON.stringify(update), redirect: 'manual',
      signal: AbortSignal.timeout(30000) }).then((answer) => answer.status, () => 0)
    this.pushes.push({ update_id: update.update_id, status })
    return status
  }

  getMe() {
    return this.me
  }

  call(method, body) {
    const methods = { getme: 'getMe', sendmessage: 'sendMessage', editmessagetext: 'editMessageText',
      deletemessage: 'deleteMessage', pinchatmessage: 'pinChatMessage', answercallbackquery: 'answerCallbackQuery',
      setmycommands: 'setMyCommands', getchat: 'getChat', getchatmember: 'getChatMember', setwebhook: 'setWebhook',
      deletewebhook: 'deleteWebhook', getwebhookinfo: 'getWebhookInfo' }
    if (!methods[method]) throw new Refusal(404, 'Not Found: method not found')
    return this[methods[method]](body)
  }

  // --- getUpdates -----------------------------------------------------------------------------------------------

  /** Resolves with the updates, now or when there are some; the one that waited before gets 409. */
  getUpdates(body, gone) {
    if (this.options.webhook)
      throw new Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to " +
        'delete the webhook first')
    this.poll?.reject(new Refusal(409, 'Conflict: terminated by other getUpdates request; make sure that only one bot ' +
      'instance is running'))
    if (Array.isArray(body.allowed_updates)) {
      const known = body.allowed_updates.filter((kind) => UPDATES_ALLOWED.includes(kind))
      this.allowed = known.length ? known : null
    }
    const offset = Number(body.offset ?? 0)
    if (offset < 0) this.updates = this.updates.slice(offset)
    // What a random restart of the ids leaves below the offset is delivered all the same.
    const confirmed = (update) => offset > 0 && update.update_id < offset && update.delivered
    this.confirmed.push(...this.updates.filter(confirmed))
    this.updates = this.updates.filter((update) => !confirmed(update))
    const limit = Math.min(Math.max(Number(body.limit ?? 100) || 100, 1), 100)
    const timeout = Math.min(Math.max(Number(body.timeout ?? 0) || 0, 0), 50)
    return new Promise((resolve, reject) => {
      const poll = { limit }
      const end = (settle) => (value) => {
        clearTimeout(poll.timer)
        if (this.poll === poll) this.poll = null
        settle(value)
      }
      Object.assign(poll, { resolve: end(resolve), reject: end(reject) })
      poll.timer = setTimeout(() => poll.resolve([]), timeout * 1000)
      gone.then(() => end(() => {})())
      this.poll = poll
      this.answerPoll()
    })
  }

  answerPoll() {
    if (!this.poll) return
    const wanted = (update) => !this.allowed || this.allowed.some((kind) => kind in update)
    this.updates = this.updates.filter(wanted)
    const again = this.options.redeliver > 0 ? this.confirmed.slice(-this.options.redeliver) : []
    if (!this.updates.length && !again.length) return
    this.options.redeliver = 0
    const list = [...again, ...this.updates].slice(0, this.poll.limit)
    for (const update of list) Object.defineProperty(update, 'delivered', { value: true, configurable: true })
    this.poll.resolve(list)
  }

  // --- the wire -------------------------------------------------------------------------------------------------

  write(line) {
    if (this.journal) appendFileSync(this.journal, `${JSON.stringify(line)}\n`)
  }

  read(request, raw) {
    const type = request.headers['content-type'] ?? ''
    if (/urlencoded/.test(type)) return Object.fromEntries(new URLSearchParams(raw))
    if (!raw.trim()) return {}
    let body
    try {
      body = JSON.parse(raw)
    } catch {
      throw bad("can't parse JSON object")
    }
    if (typeof body !== 'object' || !body || Array.isArray(body)) throw bad("can't parse JSON object")
    return body
  }

  async serve(request, response, raw) {
    const entry = { n: this.requests.length + 1, at: Date.now(), connection: request.socket.number,
      on_connection: ++request.socket.served, method: '', chat: '', raw, outcome: '' }
    const match = /^\/bot([^/]*)\/(?:test\/)?(\w*)$/.exec(decodeURIComponent(request.url.split('?')[0]))
    entry.method = match ? match[2] : request.url
    this.requests.push(entry)
    this.write({ n: entry.n, at: entry.at, method: entry.method, raw })
    const finish = (outcome, more) => {
      entry.outcome = outcome
      this.write({ n: entry.n, outcome, ...more })
    }
    try {
      if (!match || !match[2]) throw new Refusal(404, 'Not Found')
      if (match[1] !== this.token || this.options.revoked) throw new Refusal(401, 'Unauthorized')
      const method = match[2].toLowerCase()
      const body = this.read(request, raw)
      entry.body = body
      entry.chat = String(body.chat_id ?? '')
      const fault = this.takeFault(method, body.chat_id)
      if (fault?.before) await new Promise((done) => setTimeout(done, fault.before))
      if (fault && refuses(fault)) throw refusalOf(fault)
      if (fault && !fault.stored && FAULTS[fault.kind]?.before) {
        finish(fault.kind)
        return FAULTS[fault.kind].answer(response, null, fault)
      }
      const gone = new Promise((done) => response.on('close', done))
      const result = method === 'getupdates' ? await this.getUpdates(body, gone) : this.call(method, body)
      finish(fault ? fault.kind : 'ok', result?.message_id && { chat: result.chat.id, message_id: result.message_id })
      const json = JSON.stringify({ ok: true, result })
      if (fault) return FAULTS[fault.kind].answer(response, json, fault)
      if (this.options.second === 'close' && entry.on_connection > 1 && method === 'sendmessage')
        return response.socket.destroy()
      send(response, 200, json)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      finish(`${error.code} ${error.message}`)
      send(response, error.code, JSON.stringify({ ok: false, error_code: error.code, description: error.message,
        ...(error.parameters && { parameters: error.parameters }) }), error.headers)
    }
  }

  async handle(request, response) {
    const chunks = []
    let size = 0
    for await (const chunk of request) {
      size += chunk.length
      if (size > 1 << 20) return send(response, 413, '{"ok":false,"error_code":413,"description":"Request Entity Too Large"}')
      chunks.push(chunk)
    }
    const raw = Buffer.concat(chunks).toString('utf8')
    const control = /^\/_control\/(\w+)$/.exec(request.url)
    if (!control) return this.serve(request, response, raw)
    try {
      send(response, 200, JSON.stringify(await this.control(control[1], raw ? JSON.parse(raw) : undefined) ?? null))
    } catch (error) {
      send(response, 400, JSON.stringify({ error: error.message }))
    }
  }
}

function send(response, status, body, headers = {}, type = 'application/json') {
  if (response.destroyed || response.writableEnded) return
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body), ...headers })
  response.end(body)
}

// --- what can go wrong -----------------------------------------------------------------------------------------

const refuses = (fault) => fault.kind === '429' || fault.kind === 'refuse'
const refusalOf = (fault) => fault.kind === '429'
  ? new Refusal(429, `Too Many Requests: retry after ${fault.retry_after ?? 1}`,
    fault.header_only ? undefined : { retry_after: fault.retry_after ?? 1 },
    { 'Retry-After': String(fault.retry_after ?? 1) })
  : new Refusal(fault.code ?? 400, fault.description ?? 'Bad Request: no', fault.parameters)

/** `before`: unless the fault says stored, the message is not taken; the others take it and then answer badly. */
const FAULTS = {
  // accepted, never answered
  hang: { answer: () => {} },
  // accepted, connection closed without one byte of answer
  close: { answer: (response) => response.socket.destroy() },
  // nothing taken, connection reset
  reset: { before: true, answer: (response) => response.socket.resetAndDestroy() },
  // accepted, connection closed in the middle of the answer
  midbody: {
    answer: (response, json) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(json) })
      response.write(json.slice(0, json.length / 2), () => response.socket.destroy())
    },
  },
  // accepted, a whole answer with half of the JSON
  cut: { answer: (response, json) => send(response, 200, json.slice(0, json.length / 2)) },
  garbage: { answer: (response) => send(response, 200, '\u0000garbage{') },
  noresult: { answer: (response) => send(response, 200, '{"ok":true}') },
  // a page of a proxy: status and stored as told
  html: {
    before: true,
    answer: (response, json, fault) => send(response, fault.status ?? 502,
      '<html><body><h1>Bad Gateway</h1></body></html>', fault.headers ?? {}, 'text/html'),
  },
  500: {
    before: true,
    answer: (response, json, fault) => send(response, fault.status ?? 500, JSON.stringify({ ok: false,
      error_code: fault.status ?? 500, description: fault.description ?? 'Internal Server Error: restart' })),
  },
  redirect: {
    before: true,
    answer: (response, json, fault) => send(response, fault.status ?? 302, '',
      { Location: fault.location ?? 'http://127.0.0.1:9/' }),
  },
  // accepted; one byte a second
  slow: {
    answer: (response, json, fault) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(json) })
      let at = 0
      const timer = setInterval(() => {
        if (response.destroyed || at >= json.length) return clearInterval(timer), response.end()
        response.write(json[at++])
      }, fault.every ?? 1000)
      response.on('close', () => clearInterval(timer))
    },
  },
  // accepted; ten megabytes of answer
  huge: {
    answer: (response, json, fault) => send(response, 200,
      `${json.slice(0, -1)},"more":"${'x'.repeat(fault.size ?? 10 << 20)}"}`),
  },
  // accepted; answered after `delay` ms
  late: { answer: (response, json, fault) => setTimeout(() => send(response, 200, json), fault.delay ?? 1000) },
}

/** Listens on 127.0.0.1; port 0 takes a free one. `tls`: {key, cert}. `journal`: a file for raw bodies, a line each,
 * written before anything is answered. */
export async function start({ port = 0, token = '42:TEST', username = 'digest_bot', journal = '', firstUpdate = 1000,
  tls = null } = {}) {
  const standIn = new StandIn({ token, username, journal, firstUpdate })
  const handler = (request, response) => standIn.handle(request, response).catch((error) => {
    if (error.code !== 'ECONNRESET') console.error(error)
    response.destroy()
  })
  const server = tls ? createTlsServer(tls, handler) : createServer(handler)
  server.keepAliveTimeout = 60000
  server.requestTimeout = 0
  let connections = 0
  const sockets = new Set()
  server.on(tls ? 'secureConnection' : 'connection', (socket) => {
    Object.assign(socket, { number: ++connections, served: 0 })
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  await new Promise((done, fail) => server.once('error', fail).listen(port, '127.0.0.1', done))
  const at = server.address().port
  const bound = (name) => (argument) => standIn[name](argument)
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${at}`, port: at, token,
    say: bound('say'), press: bound('press'), updates: bound('updates_'), chat: bound('chat'), fault: bound('fault'),
    settings: bound('settings'), hook: bound('hook'), reset: bound('reset'),
    get requests() { return standIn.requests },
    get messages() { return standIn.messages },
    get commands() { return standIn.commands },
    get polling() { return standIn.poll !== null },
    get webhook() { return standIn.webhook },
    get pushes() { return standIn.pushes },
    get waiting() { return standIn.updates.length },
    stop: () => new Promise((done) => {
      server.close(done)
      standIn.webhook = null
      standIn.poll?.resolve([])
      for (const socket of sockets) socket.destroy()
    }),
  }
}

async function main(words) {
  const options = {}
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i].replace(/^--/, '')
    if (!['port', 'token', 'username', 'journal'].includes(name) || words[i + 1] === undefined) {
      console.error('usage: node telegram.mjs [--port N] [--token T] [--username NAME] [--journal FILE]')
      process.exit(2)
    }
    options[name] = name === 'port' ? Number(words[i + 1]) : words[i + 1]
  }
  const standIn = await start(options)
  console.log(`listening on ${standIn.url}`)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main(process.argv.slice(2))
