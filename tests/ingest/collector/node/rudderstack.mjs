// A shopper's visit, told by RudderStack's client for Node: node rudderstack.mjs URL.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const RudderAnalytics = require('@rudderstack/rudder-sdk-node')
const analytics = new (RudderAnalytics.default ?? RudderAnalytics)('key', { dataPlaneUrl: process.argv[2], flushAt: 20 })
const who = { userId: 'u1', anonymousId: 'a1' }
const shirt = { product_id: 'p1', category: 'apparel.shirt', brand: 'acme', name: 'Shirt', price: 19.99 }
const context = { ip: '203.0.113.9', userAgent: 'Shop/1.0', page: { path: '/p1', referrer: 'https://search.example/' } }

analytics.identify({ ...who, traits: { plan: 'gold' } })
analytics.page({ ...who, name: 'Home', properties: { path: '/', url: 'https://shop.example/' } })
analytics.track({ ...who, event: 'Product Viewed', properties: shirt, context })
analytics.track({ ...who, event: 'Product Added', properties: { ...shirt, quantity: 2, cart_id: 'c1' } })
analytics.track({ ...who, event: 'Product Removed', properties: { ...shirt, quantity: 1 } })
analytics.track({
  ...who,
  event: 'Order Completed',
  properties: {
    order_id: 'o1', currency: 'USD', total: 64.98,
    products: [{ ...shirt, quantity: 1 }, { product_id: 'p2', price: 44.99, quantity: 1 }],
  },
})
analytics.track({ ...who, event: 'Order Refunded', properties: { order_id: 'o1', total: 64.98 } })
analytics.alias({ userId: 'u1', previousId: 'a1' })
await new Promise((resolve, reject) => analytics.flush((error) => (error ? reject(error) : resolve())))
process.exit(0)
