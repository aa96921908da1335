using System.Reflection;
using System.Text.Json;
using CrmSolid.Client.Tests;
using Xunit;

// Runs the tests where there is no SDK: prints one JSON object a test, {"name", "skipped", "error"}.
// With the argument "describe" it prints what the client sends and reads instead.
if (args is ["describe"])
{
    Console.WriteLine(JsonSerializer.Serialize(await Description.MakeAsync()));
    return;
}

bool live = args is ["live"];
foreach (Type type in typeof(Description).Assembly.GetTypes().Where(type => type.Namespace?.EndsWith(".Live") == live))
{
    foreach (MethodInfo method in type.GetMethods())
    {
        if (method.GetCustomAttribute<FactAttribute>() is { } fact)
        {
            string? error = fact.Skip is null ? await RunAsync(type, method) : null;
            Console.WriteLine(JsonSerializer.Serialize(new { name = $"{type.Name}.{method.Name}", skipped = fact.Skip, error }));
        }
    }
}

// As xunit does, each test gets an instance of its own.
static async Task<string?> RunAsync(Type type, MethodInfo method)
{
    try
    {
        object test = Activator.CreateInstance(type)!;
        Task finished = method.Invoke(test, null) as Task ?? Task.CompletedTask;
        await finished.WaitAsync(TimeSpan.FromMinutes(1));
        (test as IDisposable)?.Dispose();
        return null;
    }
    catch (TargetInvocationException error)
    {
        return error.InnerException!.ToString();
    }
    catch (Exception error)
    {
        return error.ToString();
    }
}
