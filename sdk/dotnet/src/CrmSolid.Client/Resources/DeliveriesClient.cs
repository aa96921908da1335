using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Events on their way to webhooks. See <see cref="CrmSolidClient"/>.</summary>
public class DeliveriesClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected DeliveriesClient()
        : base(null)
    {
    }

    internal DeliveriesClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Gets one delivery, with its body and all attempts.</summary>
    /// <param name="deliveryId">The delivery.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<DeliveryDetail> GetAsync(
        string deliveryId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<DeliveryDetail>(Get($"/v1/deliveries/{deliveryId}", options), cancellationToken);

    /// <summary>Delivers once more.</summary>
    /// <param name="deliveryId">The delivery.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Delivery> ReplayAsync(
        string deliveryId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Delivery>(Post($"/v1/deliveries/{deliveryId}/replay", options), cancellationToken);
}
