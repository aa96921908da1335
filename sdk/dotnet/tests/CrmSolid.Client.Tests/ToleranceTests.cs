using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace CrmSolid.Client.Tests;

/// <summary>A test of the cases that tests/sdk/tolerance/corpus.py makes. Without them it is skipped.</summary>
public sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("CRMSOLID_TEST_CORPUS") is null)
        {
            Skip = "CRMSOLID_TEST_CORPUS is not set: start the test with tests/sdk/tolerance/test_clients.py";
        }
    }
}

/// <summary>Answers and events of later and older products, read by the methods of the client.</summary>
public sealed class ToleranceTests
{
    private const string Secret = "whsec_dG9sZXJhbmNl";

    private string _answer = "";
    private int _status = 403;

    /// <summary>Writes what came of each case, which tests/sdk/tolerance/test_clients.py compares.</summary>
    [CorpusFact]
    public async Task Every_case_is_read()
    {
        CrmSolidClient client = Client(out FakeServer server);
        Dictionary<string, Func<Task<string>>> calls = await CallsAsync(client, server);
        await using StreamWriter results = new(Environment.GetEnvironmentVariable("CRMSOLID_TEST_RESULTS")!);
        await foreach (string line in File.ReadLinesAsync(Environment.GetEnvironmentVariable("CRMSOLID_TEST_CORPUS")!))
        {
            JsonNode one = JsonNode.Parse(line)!;
            string operation = (string)one["operation"]!;
            (_status, _answer) = ((int)one["status"]!, one["body"]!.ToJsonString());
            Func<Task<string>> read = operation is "" ? () => Task.FromResult(Verified(_answer)) : calls[operation];
            JsonObject result = await OutcomeAsync(read, one["kept"]!.AsArray());
            result["number"] = (int)one["number"]!;
            await results.WriteLineAsync(result.ToJsonString());
            server.Requests.Clear();
        }
    }

    private CrmSolidClient Client(out FakeServer server)
    {
        server = new FakeServer().Answer(() => new((System.Net.HttpStatusCode)_status)
        {
            Content = new StringContent(_answer, Encoding.UTF8, "application/json"),
        });
        return server.Client(options => options.PaceRequests = false);
    }

    /// <summary>A call of each operation, which returns the JSON of what was read.</summary>
    private static async Task<Dictionary<string, Func<Task<string>>>> CallsAsync(CrmSolidClient client, FakeServer server)
    {
        var calls = new Dictionary<string, Func<Task<string>>>();
        foreach (var (resource, method) in ContractTests.Methods())
        {
            Func<Task<string>> call = () => ReadAsync(method.Invoke(resource(client), ContractTests.Arguments(method))!);
            server.Requests.Clear();
            await Assert.ThrowsAnyAsync<CrmSolidException>(call);
            // The first method of an operation with two answers is that of the answer in the cases.
            calls.TryAdd(ContractTests.OperationOf(server.Requests[0].Line)!, call);
        }
        return calls;
    }

    private static async Task<string> ReadAsync(object result)
    {
        if (result is Task task)
        {
            await task;
            object? model = task.GetType().GetProperty("Result")?.GetValue(task);
            return model switch
            {
                ApiModel => JsonSerializer.Serialize(model, model.GetType()),
                System.Collections.IEnumerable items => Page(items.Cast<object>()),
                _ => "null",
            };
        }
        return result switch
        {
            IAsyncEnumerable<ApiModel> list => Page(await AllAsync(list)),
            IAsyncEnumerable<StreamedEvent> stream => Page(await AllAsync(stream)),
            _ => throw new InvalidOperationException($"a {result.GetType().Name} cannot be read"),
        };
    }

    private static async Task<List<object>> AllAsync<T>(IAsyncEnumerable<T> list)
        where T : class
    {
        var all = new List<object>();
        await foreach (T item in list)
        {
            all.Add(item);
        }
        return all;
    }

    private static string Page(IEnumerable<object> items) =>
        $$"""{"data": [{{string.Join(", ", items.Select(item => JsonSerializer.Serialize(item, item.GetType())))}}]}""";

    private static string Verified(string body)
    {
        SignedWebhook signed = WebhookSigner.Sign(Encoding.UTF8.GetBytes(body), Secret, "evt_1");
        return JsonSerializer.Serialize(WebhookVerifier.Verify(signed.Body, signed.Headers, [Secret]));
    }

    private static async Task<JsonObject> OutcomeAsync(Func<Task<string>> read, JsonArray kept)
    {
        try
        {
            JsonNode? value = JsonNode.Parse(await read());
            JsonNode?[] found = [.. kept.Select(path => At(value, path!.AsArray())?.DeepClone())];
            return new() { ["outcome"] = "read", ["kept"] = new JsonArray(found) };
        }
        catch (UnreadableEventException)
        {
            return new() { ["outcome"] = "unreadable" };
        }
        catch (UnexpectedAnswerException)
        {
            return new() { ["outcome"] = "error" };
        }
        catch (Exception error)
        {
            return new() { ["outcome"] = error.ToString() };
        }
    }

    private static JsonNode? At(JsonNode? value, JsonArray path)
    {
        foreach (JsonNode? step in path)
        {
            value = (value, step!.GetValueKind()) switch
            {
                (JsonObject part, JsonValueKind.String) => part[(string)step!],
                (JsonArray items, JsonValueKind.Number) when items.Count > (int)step => items[(int)step],
                _ => null,
            };
        }
        return value;
    }
}
