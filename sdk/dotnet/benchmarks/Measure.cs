using System.Diagnostics;

namespace CrmSolid.Client.Benchmarks;

/// <summary>Runs both sides in turn, so that what else the machine does meets both, and compares their medians.</summary>
internal static class Measure
{
    public static async Task CompareAsync(string name, int rounds, Func<Task> client, Func<Task> hand)
    {
        List<(double Time, double Bytes)> clients = [];
        List<(double Time, double Bytes)> hands = [];
        for (int round = -rounds / 2; round < rounds; round++) // the first ones warm up: they are not counted
        {
            var (first, second) = round % 2 == 0 ? (client, hand) : (hand, client);
            var one = await RunAsync(first);
            var other = await RunAsync(second);
            if (round >= 0)
            {
                clients.Add(round % 2 == 0 ? one : other);
                hands.Add(round % 2 == 0 ? other : one);
            }
        }
        double time = Median(clients.Select(each => each.Time));
        double handTime = Median(hands.Select(each => each.Time));
        double bytes = Median(clients.Select(each => each.Bytes));
        double handBytes = Median(hands.Select(each => each.Bytes));
        Console.WriteLine(
            $"| {name} | {time:0.000} ms | {handTime:0.000} ms | {time / handTime:0.00} "
            + $"| {bytes:#,0} | {handBytes:#,0} | {bytes / handBytes:0.00} |");
    }

    private static async Task<(double Time, double Bytes)> RunAsync(Func<Task> work)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        await work();
        double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return (time, GC.GetTotalAllocatedBytes(precise: true) - before);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
