import type { Answer, Body, Query } from "../../types.js";
import type { ApiPromise } from "../answers.js";
import type { CallOptions, WriteOptions } from "../config.js";
import type { Pages } from "../pages.js";
import { Resource } from "./resource.js";

export class Webhooks extends Resource {
  /** The endpoints. */
  list(query?: Query<"list_webhooks">, options?: CallOptions): Pages<Answer<"list_webhooks">> {
    return this.pages("list_webhooks", query, options);
  }

  get(endpointId: string, options?: CallOptions): ApiPromise<Answer<"get_webhook">> {
    return this.call("get_webhook", { ids: [endpointId], options });
  }

  /** Register an endpoint. Without a `secret` one is made, which this answer alone has. */
  create(body: Body<"create_webhook">, options?: WriteOptions): ApiPromise<Answer<"create_webhook">> {
    return this.call("create_webhook", { body, options });
  }

  /** Replace what is given. `enabled: true` switches on an endpoint that was disabled. */
  update(
    endpointId: string,
    body: Body<"update_webhook">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"update_webhook">> {
    return this.call("update_webhook", { ids: [endpointId], body, options });
  }

  /** Delete an endpoint with its log. */
  delete(endpointId: string, options?: WriteOptions): ApiPromise<void> {
    return this.call("delete_webhook", { ids: [endpointId], options });
  }

  /** The log of deliveries to an endpoint, newest first. */
  deliveries(
    endpointId: string,
    query?: Query<"list_webhook_deliveries">,
    options?: CallOptions,
  ): Pages<Answer<"list_webhook_deliveries">> {
    return this.pages("list_webhook_deliveries", query, options, [endpointId]);
  }

  /** Start a job that delivers again all that failed since a time. */
  replay(
    endpointId: string,
    body: Body<"replay_webhook">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"replay_webhook">> {
    return this.call("replay_webhook", { ids: [endpointId], body, options });
  }

  /** Replace the secret. The old one stays in force beside it for the overlap, a day by default. */
  rotateSecret(
    endpointId: string,
    body?: Body<"rotate_secret_webhook">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"rotate_secret_webhook">> {
    return this.call("rotate_secret_webhook", { ids: [endpointId], body, options });
  }

  /** Send the event `ping` to the endpoint. */
  test(endpointId: string, options?: WriteOptions): ApiPromise<Answer<"test_webhook">> {
    return this.call("test_webhook", { ids: [endpointId], options });
  }

  /** The types of events, each with the JSON Schema of its body. */
  events(options?: CallOptions): ApiPromise<Answer<"list_webhooks_events">> {
    return this.call("list_webhooks_events", { options });
  }
}

export class Deliveries extends Resource {
  /** A delivery with its body and every attempt. */
  get(deliveryId: string, options?: CallOptions): ApiPromise<Answer<"get_delivery">> {
    return this.call("get_delivery", { ids: [deliveryId], options });
  }

  /** Deliver its event again. */
  replay(deliveryId: string, options?: WriteOptions): ApiPromise<Answer<"replay_delivery">> {
    return this.call("replay_delivery", { ids: [deliveryId], options });
  }
}
