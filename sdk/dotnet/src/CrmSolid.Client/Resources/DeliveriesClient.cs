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
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<DeliveryDetail> GetAsync(string deliveryId, CancellationToken cancellationToken = default) =>
        SendGetAsync<DeliveryDetail>($"/v1/deliveries/{deliveryId}", cancellationToken);

    /// <summary>Delivers once more.</summary>
    /// <param name="deliveryId">The delivery.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Delivery> ReplayAsync(
        string deliveryId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<Delivery>($"/v1/deliveries/{deliveryId}/replay", idempotencyKey, cancellationToken);
}
