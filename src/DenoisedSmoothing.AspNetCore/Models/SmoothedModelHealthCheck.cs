using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>Healthy means: loaded, the fingerprint as configured, one pass done.</summary>
internal sealed class SmoothedModelHealthCheck(SmoothedModel model) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(model.State switch
        {
            ModelState.Ready => HealthCheckResult.Healthy(
                "ready", new Dictionary<string, object> { ["fingerprint"] = model.Fingerprint ?? "" }),
            ModelState.Failed => new HealthCheckResult(context.Registration.FailureStatus, "not loaded", model.Error),
            ModelState.Stopping => new HealthCheckResult(context.Registration.FailureStatus, "stopping"),
            _ => new HealthCheckResult(context.Registration.FailureStatus, "loading"),
        });
}
