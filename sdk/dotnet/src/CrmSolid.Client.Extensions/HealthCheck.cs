using CrmSolid.Client;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Registers the health check.</summary>
    public static class CrmSolidHealthChecksBuilderExtensions
    {
        /// <summary>
        /// Adds a check that asks <c>GET /v1/me</c> once. A key that is refused (401, 403) is unhealthy. No answer in time,
        /// no connection, or any other refusal is <paramref name="failureStatus"/>. A client that waits for its rate limit is
        /// degraded.
        /// </summary>
        /// <param name="builder">Where the check is added.</param>
        /// <param name="name">The name of the check.</param>
        /// <param name="clientName">The name of the client; by default the one without a name.</param>
        /// <param name="failureStatus">By default <see cref="HealthStatus.Unhealthy"/>.</param>
        /// <param name="tags">Tags of the check.</param>
        /// <param name="timeout">How long the answer may take. The default is 5 seconds.</param>
        /// <returns>The builder.</returns>
        public static IHealthChecksBuilder AddCrmSolid(
            this IHealthChecksBuilder builder,
            string name = "crmsolid",
            string? clientName = null,
            HealthStatus? failureStatus = null,
            IEnumerable<string>? tags = null,
            TimeSpan? timeout = null)
        {
            ArgumentNullException.ThrowIfNull(builder);
            TimeSpan limit = timeout ?? TimeSpan.FromSeconds(5);
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, nameof(timeout));
            return builder.Add(new HealthCheckRegistration(
                name,
                provider => new CrmSolidHealthCheck(
                    provider.GetRequiredService<ICrmSolidClientFactory>().GetClient(clientName ?? ""),
                    limit),
                failureStatus,
                tags));
        }
    }
}

namespace CrmSolid.Client
{
    internal sealed class CrmSolidHealthCheck(CrmSolidClient client, TimeSpan timeout) : IHealthCheck
    {
        // Beyond the timeout of the request itself there is only the wait for the rate limit.
        private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            HealthStatus failed = context.Registration.FailureStatus;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(timeout + LongestWait);
            var options = new RequestOptions { Timeout = timeout, RetryFor = TimeSpan.Zero, MaxRetries = 0 };
            try
            {
                Me me = await client.MeAsync(options, limit.Token).ConfigureAwait(false);
                return HealthCheckResult.Healthy($"workspace {me.Workspace?.Slug}");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return HealthCheckResult.Degraded("the client waits for its rate limit");
            }
            catch (RateLimitedException error)
            {
                return new(HealthStatus.Degraded, "the rate limit is used up", error);
            }
            catch (ApiException error)
            {
                return error.Status is 401 or 403
                    ? new(HealthStatus.Unhealthy, $"the API key is refused: {error.Status} {error.Code}", error)
                    : new(failed, $"the API refused the request: {error.Status} {error.Code}", error);
            }
            catch (CrmSolidException error)
            {
                return new(failed, $"the API was not reached: {error.Message}", error);
            }
        }
    }
}
