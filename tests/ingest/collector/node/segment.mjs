// A shopper's visit, told by Segment's client for Node: node segment.mjs URL.
import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({ writeKey: 'key', host: process.argv[2], flushAt: 20, maxRetries: 3 })
const who = { userId: 'u1', anonymousId: 'a1' }
const shirt = { product_id: 'p1', category: 'apparel.shirt', brand: 'acme', name: 'Shirt', price: 19.99 }
const context = { ip: '203.0.113.9', userAgent: 'Shop/1.0', page: { path: '/p1', referrer: 'https://search.example/' } }
const failed = []
analytics.on('error', (error) => failed.push(error))

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
await analytics.closeAndFlush()
if (failed.length) throw failed[0]
