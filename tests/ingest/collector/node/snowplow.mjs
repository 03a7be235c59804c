// A shopper's visit, told by Snowplow's client for Node: node snowplow.mjs URL [get].
import * as snowplow from '@snowplow/node-tracker'

const eventMethod = process.argv[3] ?? 'post'
const tracker = snowplow.newTracker(
  { namespace: 'shop', appId: 'web', encodeBase64: eventMethod === 'get' },
  { endpoint: process.argv[2], eventMethod, bufferSize: 1 },
)
const iglu = (name, version) => `iglu:com.snowplowanalytics.snowplow.ecommerce/${name}/jsonschema/${version}`
const product = (id, price, quantity) => ({
  schema: iglu('product', '1-0-0'),
  data: { id, name: 'Shirt', category: 'apparel/shirt', brand: 'acme', price, quantity, currency: 'USD' },
})
const action = (type, context, data = {}) =>
  tracker.track(
    snowplow.buildSelfDescribingEvent({
      event: { schema: iglu('snowplow_ecommerce_action', '1-0-2'), data: { type, ...data } },
    }),
    context,
  )
const order = { schema: iglu('transaction', '1-0-0'), data: { transaction_id: 'o1', revenue: 64.98, currency: 'USD' } }
tracker.setUserId('u1')
tracker.setSessionId('s1')
tracker.setDomainUserId('a1')
tracker.setIpAddress('203.0.113.9')
tracker.setUseragent('Shop/1.0')

tracker.track(snowplow.buildPageView({ pageUrl: 'https://shop.example/p1', referrer: 'https://search.example/' }))
action('product_view', [product('p1', 19.99)])
action('add_to_cart', [product('p1', 19.99, 2)])
action('remove_from_cart', [product('p1', 19.99, 1)])
action('transaction', [order, product('p1', 19.99, 1), product('p2', 44.99, 1)])
tracker.track(snowplow.buildStructEvent({ category: 'ecommerce', action: 'add_to_basket', label: 'p3', property: '1', value: 5.5 }))
await tracker.flush()
