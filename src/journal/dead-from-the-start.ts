import type { DeliveryDead } from '../core/events.ts';
import type { NewDelivery } from './deliveries.ts';

/** The end of a delivery that starts in the dead letters; undefined of one that can be sent. */
export function deadFromTheStart(delivery: NewDelivery): DeliveryDead | undefined {
  if (delivery.dead === undefined) return undefined;
  const { id: deliveryId, taskId, agent, notification, endpoint, createdAt: at, dead: reason } = delivery;
  return {
    type: 'delivery.dead',
    deliveryId,
    taskId,
    agent,
    notification,
    endpoint,
    at,
    attempts: 0,
    reason,
  };
}
