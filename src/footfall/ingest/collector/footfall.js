/* <script async src="https://collector.example/footfall.js" data-key="KEY"></script>: a shop's pages tell Footfall. */
(function (window, document) {
  var script = document.currentScript
  var key = script.getAttribute('data-key') || ''
  var url = new URL('/v1/b', script.src).href
  var waiting = []
  var timer = 0
  var user
  var anonymous = stored('localStorage')
  var session = stored('sessionStorage')

  function id() {
    return window.crypto && crypto.randomUUID ? crypto.randomUUID() : '' + Date.now() + Math.random()
  }

  function stored(storage) {
    var value = id()
    try {
      value = window[storage].getItem('footfall') || value
      window[storage].setItem('footfall', value)
    } catch (refused) {}
    return value
  }

  function add(type, fields) {
    fields.type = type
    fields.messageId = id()
    fields.anonymousId = anonymous
    fields.userId = user
    fields.originalTimestamp = new Date().toISOString()
    fields.context = {
      sessionId: session,
      page: { url: location.href, referrer: document.referrer }
    }
    waiting.push(fields)
    if (waiting.length > 19) send()
    else timer = timer || setTimeout(send, 1000)
  }

  function send() {
    clearTimeout(timer)
    timer = 0
    if (!waiting.length) return
    var batch = waiting.splice(0, 20)
    var body = JSON.stringify({ writeKey: key, sentAt: new Date().toISOString(), batch: batch })
    if (navigator.sendBeacon && navigator.sendBeacon(url, body)) return
    fetch(url, { method: 'POST', body: body, credentials: 'omit' }).then(
      function (answer) { if (answer.status === 429 || answer.status > 499) again(batch) },
      function () { again(batch) }
    )
  }

  function again(batch) {
    waiting = batch.concat(waiting).slice(0, 200)
    timer = timer || setTimeout(send, 5000)
  }

  var commands = {
    page: function (properties) { add('page', { properties: properties || {} }) },
    track: function (event, properties) { add('track', { event: event, properties: properties || {} }) },
    identify: function (id, traits) { user = id; add('identify', { traits: traits || {} }) }
  }

  function footfall(command) {
    if (commands[command]) commands[command].apply(0, [].slice.call(arguments, 1))
  }

  document.addEventListener('click', function (click) {
    var element = click.target.closest && click.target.closest('[data-footfall]')
    if (!element) return
    var properties = {}
    Array.from(element.attributes).forEach(function (told) {
      if (/^data-./.test(told.name)) properties[told.name.slice(5).replace(/-/g, '_')] = told.value
    })
    delete properties.footfall
    add('track', { event: element.getAttribute('data-footfall'), properties: properties })
  })
  window.addEventListener('pagehide', send)
  document.addEventListener('visibilitychange', function () { if (document.hidden) send() })
  var called = (window.footfall && window.footfall.q) || []
  window.footfall = footfall
  commands.page()
  called.forEach(function (call) { footfall.apply(0, call) })
})(window, document)
