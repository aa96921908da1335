using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace CrmSolid.Client.Tests.Live;

/// <summary>A test against a running product, which the environment names. Without one it is skipped.</summary>
public sealed class LiveFactAttribute : FactAttribute
{
    public LiveFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("CRMSOLID_TEST_CONTROL") is null)
        {
            Skip = "CRMSOLID_TEST_CONTROL is not set: start the tests with tests/sdk/dotnet/test_client.py";
        }
    }
}

/// <summary>The running product, behind a proxy that causes faults when it is told to.</summary>
internal static class Product
{
    private static readonly HttpClient Control = new();

    public static long Account => long.Parse(Variable("ACCOUNT"));

    public static long LimitedAccount => long.Parse(Variable("LIMITED_ACCOUNT"));

    public static string Sequence => Variable("SEQUENCE");

    public static string Receiver => Variable("RECEIVER");

    public static string ReaderKey => Variable("READER_KEY");

    public static string SlowKey => Variable("SLOW_KEY");

    public static string HeldKey => Variable("HELD_KEY");

    /// <summary>With the key and the address of the environment.</summary>
    public static CrmSolidClient Client() => new();

    /// <summary>A username that nobody else has.</summary>
    public static string NewUsername(string prefix = "net") => $"{prefix}_{Guid.NewGuid():N}"[..20];

    public static async Task<UpsertedContact> NewContactAsync(params string[] tags) =>
        await Client().Contacts.CreateAsync(new() { Username = NewUsername(), Name = "Мария 😀", Tags = tags });

    /// <summary>Tells the proxy to reset the connection before the next answer, although the product has answered.</summary>
    public static Task DropAnswersAsync(string match, int times) => TellAsync("drop", new { match, times });

    public static Task AnswerAsync(string match, int status, object headers, string body) =>
        TellAsync("answer", new { match, status, headers, body });

    public static async Task<int> CutStreamsAsync() =>
        (await TellAsync("cut_streams", new { })).GetProperty("result").GetInt32();

    /// <summary>The idempotency keys of the requests that came through with this text in their bodies.</summary>
    public static async Task<List<string>> KeysAsync(string text)
    {
        JsonElement requests = await Control.GetFromJsonAsync<JsonElement>($"{Variable("CONTROL")}/requests");
        return requests.EnumerateArray()
            .Where(request => request.GetProperty("body").GetString()!.Contains(text))
            .Select(request => request.GetProperty("headers").GetProperty("idempotency-key").GetString()!)
            .ToList();
    }

    /// <summary>Asks again until the answer is what the caller waits for, for half a minute at most.</summary>
    public static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask, Func<T, bool> isDone)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(30);
        while (true)
        {
            T answer = await ask();
            if (isDone(answer))
            {
                return answer;
            }
            Assert.True(DateTime.UtcNow < end, $"still {answer}");
            await Task.Delay(100);
        }
    }

    public static async Task<List<T>> AllAsync<T>(IAsyncEnumerable<T> items)
    {
        var all = new List<T>();
        await foreach (T item in items)
        {
            all.Add(item);
        }
        return all;
    }

    private static async Task<JsonElement> TellAsync(string command, object arguments)
    {
        using var body = new StringContent(JsonSerializer.Serialize(arguments));
        using HttpResponseMessage response = await Control.PostAsync($"{Variable("CONTROL")}/{command}", body);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable($"CRMSOLID_TEST_{name}")
        ?? throw new InvalidOperationException($"CRMSOLID_TEST_{name} is not set");
}
